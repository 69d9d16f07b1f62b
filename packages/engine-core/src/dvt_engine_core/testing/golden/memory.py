"""The stage in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dvt_engine_core.testing.golden.stage import InProcessStage
from dvt_engine_core.testing.memory_store import MemoryStore


@asynccontextmanager
async def memory_stage() -> AsyncIterator[InProcessStage]:
    """An in-process engine over a new store in memory."""
    store = MemoryStore()
    stage = InProcessStage(store, store.intents, store)
    try:
        yield stage
    finally:
        await stage.close()
