"""Fixtures of a real server and of fresh databases."""

from dvt_postgres_store.testing.plugin import database, database_url, empty_database, postgres

__all__ = ["database", "database_url", "empty_database", "postgres"]
