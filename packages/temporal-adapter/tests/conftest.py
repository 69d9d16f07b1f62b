"""Real servers: Temporal per test process, a migrated PostgreSQL database per test."""

from dvt_postgres_store.testing.plugin import database, database_url, postgres
from dvt_temporal_adapter.testing.plugin import temporal

__all__ = ["database", "database_url", "postgres", "temporal"]
