-- Due intents, oldest first; hidden from other takers until the lease ends.
WITH taken AS MATERIALIZED (
  SELECT i.intent_id FROM dvt.intent i
   WHERE i.due_at <= clock_timestamp()
   ORDER BY i.intent_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
leased AS (
  UPDATE dvt.intent i SET due_at = clock_timestamp() + make_interval(secs => %(lease_ms)s / 1000.0)
    FROM taken t WHERE i.intent_id = t.intent_id
  RETURNING i.*)
SELECT l.intent_id, l.tenant_id, l.run_id::text, l.intent_type, l.signal_id, l.attempts, l.created_at, l.last_error
  FROM leased l ORDER BY l.intent_id
