UPDATE dvt.rebuild SET after = coalesce(%(after)s::uuid, after), events = events + %(events)s, done = %(done)s
 WHERE shard = %(shard)s
