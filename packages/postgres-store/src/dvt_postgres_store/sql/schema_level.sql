-- The level of the schema; fails where there is none.
SELECT coalesce(max(level), 0) AS level FROM dvt.schema_level
