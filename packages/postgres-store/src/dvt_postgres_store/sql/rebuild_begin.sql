-- Shards without a row have not begun.
INSERT INTO dvt.rebuild (shard, after, events, done) SELECT n, NULL, 0, false FROM generate_series(0, 15) n
ON CONFLICT DO NOTHING
