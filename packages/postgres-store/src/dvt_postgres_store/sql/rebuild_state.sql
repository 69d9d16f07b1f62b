SELECT shard, after::text, events, done FROM dvt.rebuild ORDER BY shard
