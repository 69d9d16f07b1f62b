-- Events of one run without groups.
SELECT * FROM dvt.append(
  %(tenant)s, %(run)s::uuid, %(legal_from)s, %(types)s::text[], %(items)s::text[], %(attempts)s::integer[],
  %(reused)s::boolean[], %(keys)s::bytea[], %(bodies)s::text[], %(parts)s::text[])
