-- No row where somebody else writes the run at this moment: whoever waits must not hold up others.
-- Placeholders that end in b go out in binary: bodies need no escaping then.
SELECT a.* FROM (
  SELECT pg_try_advisory_xact_lock(dvt.lock_key(%(tenant)s, %(run)s::uuid)) AS free) lock
  CROSS JOIN LATERAL dvt.append(
    %(tenant)s, %(run)s::uuid, %(legal_from)b, %(types)b::text[], %(items)b::text[], %(attempts)b::integer[],
    %(reused)b::boolean[], %(keys)b::bytea[], %(bodies)b::text[], %(parts)b::text[]) a
 WHERE lock.free
