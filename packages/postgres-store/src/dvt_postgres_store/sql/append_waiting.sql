-- Placeholders that end in b go out in binary: bodies need no escaping then.
SELECT * FROM dvt.append(
  %(tenant)s, %(run)s::uuid, %(legal_from)b, %(types)b::text[], %(items)b::text[], %(attempts)b::integer[],
  %(reused)b::boolean[], %(keys)b::bytea[], %(bodies)b::text[], %(parts)b::text[])
