"""A real database, by the test helpers of the store."""

from dvt_postgres_store.testing.plugin import empty_database, postgres

__all__ = ["empty_database", "postgres"]
