-- Only while the message is undelivered: a zombie's failure does not block a run whose message another relay sent.
INSERT INTO dvt.outbox_blocked AS b (run_id, attempts, next_at, error)
SELECT o.run_id, 1, clock_timestamp() + make_interval(secs => %(delay_ms)s / 1000.0), %(error)s
  FROM dvt.outbox o
 WHERE o.shard = %(shard)s AND o.outbox_id = %(id)s AND %(run_seq)s BETWEEN o.first_run_seq AND o.last_run_seq
ON CONFLICT (run_id) DO UPDATE
   SET attempts = b.attempts + 1, next_at = excluded.next_at, error = excluded.error
