SELECT r.state, r.running_steps, r.last_run_seq, r.history_hash, r.queued, r.started, r.pause, r.failing,
       r.cancelling, r.ended
  FROM dvt.run r WHERE r.tenant_id = %(tenant)s AND r.run_id = %(run)s::uuid
