"""A real server, and per test a stage on it: a worker and a dispatcher in this process, a store in memory."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from dvt_temporal_adapter.testing.server import TemporalServer, temporal_server
from dvt_temporal_adapter.testing.stage import Stage, stage


@pytest.fixture(scope="session")
def temporal() -> Iterator[TemporalServer]:
    with temporal_server() as server:
        yield server


@pytest_asyncio.fixture
async def at(temporal: TemporalServer) -> AsyncIterator[Stage]:
    async with stage(temporal.address) as found:
        yield found
