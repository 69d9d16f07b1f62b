"""A stage per test: a worker and a dispatcher in this process, a store in memory, the real server."""

from collections.abc import AsyncIterator

import pytest_asyncio
from dvt_temporal_adapter.testing.server import TemporalServer
from dvt_temporal_adapter.testing.stage import Stage, stage


@pytest_asyncio.fixture
async def at(temporal: TemporalServer) -> AsyncIterator[Stage]:
    async with stage(temporal.address) as found:
        yield found
