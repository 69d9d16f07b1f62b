SELECT count(*) AS runs, coalesce(sum(r.last_run_seq), 0)::bigint AS events FROM dvt.run r
