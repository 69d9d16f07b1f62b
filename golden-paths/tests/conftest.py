"""What the tests of the golden paths share: the plan's modules, its data, a real PostgreSQL."""

import csv
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from dvt_postgres_store.testing.server import PostgresServer, postgres_server

PENGUINS = Path(__file__).parent.parent / "penguins_report"


@pytest.fixture(scope="session")
def penguins_folder() -> Path:
    return PENGUINS


@pytest.fixture(scope="module")
def tasks() -> Iterator[ModuleType]:
    """The plan's module as a step sees it: its folder first, and nothing of it left for other plans."""
    before = set(sys.modules)
    sys.path.insert(0, str(PENGUINS))
    try:
        yield importlib.import_module("tasks")
    finally:
        sys.path.remove(str(PENGUINS))
        for name in set(sys.modules) - before:
            if Path(getattr(sys.modules[name], "__file__", None) or "/").parent == PENGUINS:
                del sys.modules[name]


@pytest.fixture(scope="session")
def source() -> list[dict[str, str]]:
    """The data as the csv module reads it, apart from the plan's own code."""
    with (PENGUINS / "penguins.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with postgres_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server
