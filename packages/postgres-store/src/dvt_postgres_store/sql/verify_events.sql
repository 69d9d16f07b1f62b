SELECT e.run_seq, e.persisted_at, e.body, e.event_type, encode(e.idempotency_key, 'hex') AS key, e.history_hash
  FROM dvt.event e WHERE e.run_id = %(run)s::uuid AND e.run_seq > %(after)s
 ORDER BY e.run_seq LIMIT %(limit)s
