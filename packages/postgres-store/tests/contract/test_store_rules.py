"""The store on PostgreSQL passes the whole store kit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.conformance.store_rules import STORE_RULES, StoreFactory, StoreUnderTest
from dvt_postgres_store import Database, PostgresIntentQueue, PostgresStateStore


@pytest.mark.parametrize("rule", STORE_RULES, ids=lambda rule: rule.name)
async def test_postgres_store(rule: Rule[StoreFactory], database: Database) -> None:
    @asynccontextmanager
    async def factory() -> AsyncIterator[StoreUnderTest]:
        yield StoreUnderTest(PostgresStateStore(database), PostgresIntentQueue(database))

    await rule.check(factory)
