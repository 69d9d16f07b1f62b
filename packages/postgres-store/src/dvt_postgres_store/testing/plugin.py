"""Pytest fixtures: a server per test process, a migrated database and its store per test."""

import itertools
import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from dvt_postgres_store.database import Database
from dvt_postgres_store.testing.server import TEMPLATE, PostgresServer, postgres_server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server with a migrated template."""
    with postgres_server(tmp_path_factory.mktemp("postgres")) as server:
        server.make_template()
        yield server


@pytest.fixture
def empty_database(postgres: PostgresServer) -> Iterator[str]:
    """URL of a database without a schema."""
    with postgres.database(f"empty_{os.getpid()}_{next(_numbers)}") as url:
        yield url


@pytest.fixture
def database_url(postgres: PostgresServer) -> Iterator[str]:
    """URL of a migrated database."""
    with postgres.database(f"test_{os.getpid()}_{next(_numbers)}", template=TEMPLATE) as url:
        yield url


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool on a migrated database."""
    async with Database(database_url) as opened:
        yield opened
