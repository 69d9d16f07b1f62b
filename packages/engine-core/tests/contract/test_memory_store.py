"""The in-memory store passes the whole store kit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.conformance.store_rules import STORE_RULES, StoreFactory, StoreUnderTest
from dvt_engine_core.testing.memory_store import MemoryStore


@asynccontextmanager
async def _memory() -> AsyncIterator[StoreUnderTest]:
    store = MemoryStore()
    yield StoreUnderTest(store, store.intents)


@pytest.mark.parametrize("rule", STORE_RULES, ids=lambda rule: rule.name)
async def test_memory_store(rule: Rule[StoreFactory]) -> None:
    await rule.check(_memory)
