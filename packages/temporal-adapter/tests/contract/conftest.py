"""Real servers: Temporal per process, a migrated PostgreSQL database per test."""

from collections.abc import Iterator

import pytest
from dvt_postgres_store.testing.plugin import database_url, postgres
from dvt_temporal_adapter.testing.server import TemporalServer, temporal_server

__all__ = ["database_url", "postgres", "temporal"]


@pytest.fixture(scope="session")
def temporal() -> Iterator[TemporalServer]:
    with temporal_server() as server:
        yield server
