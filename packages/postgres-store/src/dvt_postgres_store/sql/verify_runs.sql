-- Runs in the order of their ids, of some shards and after one; with how many events their rows claim.
SELECT r.tenant_id, r.run_id::text, r.last_run_seq FROM dvt.run r
 WHERE (%(after)s::uuid IS NULL OR r.run_id > %(after)s::uuid)
   AND dvt.shard_of(r.run_id) = ANY (%(shards)s::smallint[])
 ORDER BY r.run_id LIMIT %(limit)s
