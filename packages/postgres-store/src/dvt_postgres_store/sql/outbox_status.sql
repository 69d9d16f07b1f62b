-- The oldest undelivered event of a shard is that of its lowest row, but for a late commit: good enough for a lag.
SELECT (SELECT coalesce(sum(o.last_run_seq - o.first_run_seq + 1), 0) FROM dvt.outbox o)::bigint AS undelivered,
       (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(e.persisted_at)) * 1000, 0)
          FROM dvt.outbox_shard s
          CROSS JOIN LATERAL (SELECT x.run_id, x.first_run_seq FROM dvt.outbox x
                               WHERE x.shard = s.shard ORDER BY x.outbox_id LIMIT 1) o
          JOIN dvt.event e ON e.run_id = o.run_id AND e.run_seq = o.first_run_seq)::bigint AS oldest_age_ms,
       (SELECT sum(s.delivered) FROM dvt.outbox_shard s)::bigint AS delivered
