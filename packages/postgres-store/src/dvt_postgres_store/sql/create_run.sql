SELECT outcome, run_id::text FROM dvt.create_run(
  %(tenant)s, %(run)s::uuid, %(start_key)s, %(fingerprint)s::bytea, %(plan_id)s, %(plan_version)s,
  %(plan_sha256)s::bytea, %(queued_at)s::timestamptz, %(key)s::bytea, %(body)s, %(part)s)
