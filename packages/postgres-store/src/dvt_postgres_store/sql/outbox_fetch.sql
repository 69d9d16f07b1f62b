SELECT f.shard, f.outbox_id, f.tenant_id, f.run_id::text, f.run_seq, f.persisted_at, f.body
  FROM dvt.outbox_fetch(%(shards)s::smallint[], %(epochs)s::bigint[], %(limit)s) f
