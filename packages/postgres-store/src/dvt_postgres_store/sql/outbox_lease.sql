-- Take free shards and keep held ones. The clock is the database's.
UPDATE dvt.outbox_shard s
   SET epoch = s.epoch + (s.owner IS DISTINCT FROM %(owner)s)::integer,
       owner = %(owner)s,
       lease_until = clock_timestamp() + make_interval(secs => %(ttl_ms)s / 1000.0)
  FROM (SELECT f.shard FROM dvt.outbox_shard f
         WHERE f.owner = %(owner)s OR f.lease_until < clock_timestamp()
         ORDER BY f.shard FOR UPDATE SKIP LOCKED) free
 WHERE s.shard = free.shard
RETURNING s.shard, s.epoch
