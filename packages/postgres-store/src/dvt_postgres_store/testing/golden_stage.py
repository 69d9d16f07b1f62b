"""The stage of golden paths on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dvt_engine_core.testing.golden.stage import InProcessStage

from dvt_postgres_store.database import Database
from dvt_postgres_store.intents import PostgresIntentQueue
from dvt_postgres_store.plans import PostgresPlanStore
from dvt_postgres_store.store import PostgresStateStore


@asynccontextmanager
async def postgres_stage(url: str) -> AsyncIterator[InProcessStage]:
    """An in-process engine over a migrated database that nobody else uses: it takes every intent there is."""
    async with Database(url) as database:
        stage = InProcessStage(PostgresStateStore(database), PostgresIntentQueue(database), PostgresPlanStore(database))
        try:
            yield stage
        finally:
            await stage.close()
