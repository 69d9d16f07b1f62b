-- Run ids are UUIDv7: their order is that of time.
SELECT r.run_id::text, r.plan_id, r.plan_version, encode(r.plan_sha256, 'hex') AS plan_hash, r.state,
       r.last_run_seq, r.queued_at, r.updated_at
  FROM dvt.run r
 WHERE r.tenant_id = %(tenant)s
   AND (%(status)s::text IS NULL OR r.status = %(status)s::text)
   AND r.run_id BETWEEN %(lowest)s::uuid AND %(highest)s::uuid
   AND (%(before)s::uuid IS NULL OR r.run_id < %(before)s::uuid)
 ORDER BY r.run_id DESC LIMIT %(limit)s
