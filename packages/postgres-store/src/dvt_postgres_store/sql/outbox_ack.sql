SELECT dvt.outbox_ack(%(shards)s::smallint[], %(ids)s::bigint[], %(upto)s::bigint[])
