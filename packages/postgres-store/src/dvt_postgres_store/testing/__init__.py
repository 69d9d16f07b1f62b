"""For tests: a PostgreSQL server of one's own, and a fresh migrated database in a few milliseconds."""
