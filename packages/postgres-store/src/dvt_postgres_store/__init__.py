"""The append authority of DVT on PostgreSQL: log, outbox and projection in one transaction."""

from dvt_postgres_store.database import Database
from dvt_postgres_store.intents import PostgresIntentQueue
from dvt_postgres_store.migrate import CODE_LEVEL, migrate, require_schema, schema_level
from dvt_postgres_store.outbox import PostgresOutbox
from dvt_postgres_store.plans import PostgresPlanStore
from dvt_postgres_store.store import PostgresStateStore

__all__ = [
    "CODE_LEVEL",
    "Database",
    "PostgresIntentQueue",
    "PostgresOutbox",
    "PostgresPlanStore",
    "PostgresStateStore",
    "migrate",
    "require_schema",
    "schema_level",
]
