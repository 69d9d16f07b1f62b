"""Pytest fixtures: one dev server per test process."""

from collections.abc import Iterator

import pytest

from dvt_temporal_adapter.testing.server import TemporalServer, temporal_server


@pytest.fixture(scope="session")
def temporal() -> Iterator[TemporalServer]:
    """A server in memory; workflows of different tests are kept apart by their queue prefix."""
    with temporal_server() as server:
        yield server
