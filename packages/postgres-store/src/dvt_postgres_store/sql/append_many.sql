-- Placeholders that end in b go out in binary: bodies need no escaping then.
SELECT m.item, (m.answer).* FROM dvt.append_many(
  %(tenants)b::text[], %(runs)s::uuid[], %(legal_from)b::text[], %(batches)b::integer[], %(types)b::text[],
  %(items)b::text[], %(attempts)b::integer[], %(reused)b::boolean[], %(keys)b::bytea[], %(bodies)b::text[],
  %(parts)b::text[]) m
