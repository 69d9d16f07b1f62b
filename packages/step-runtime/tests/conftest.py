"""Fixtures: a plan's folder to write modules into, and calls."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemoryLog, MemorySecrets
from dvt_step_runtime.testing.waiting import NewCall


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plan's folder; its path has a space."""
    path = tmp_path / "my plan"
    path.mkdir()
    return path


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def artifacts() -> MemoryArtifacts:
    return MemoryArtifacts()


@pytest.fixture
def new_call(folder: Path, log: MemoryLog, artifacts: MemoryArtifacts) -> NewCall:
    """Make a call in the plan's folder."""

    def make(parameters: JsonObject = MappingProxyType({}), /, *, url: str = "", **more: JsonValue) -> StepCall:
        return StepCall(
            run=RunKey("acme", "0198f0a0-0000-7000-8000-000000000000"),
            step_id="work",
            attempt=2,
            effect_key="e" * 64,
            parameters={**parameters, **more},
            timeout_ms=60_000,
            cancel_grace_ms=10_000,
            log=log,
            artifacts=artifacts,
            secrets=MemorySecrets(connections={"warehouse": url} if url else {}),
            code_root=folder,
        )

    return make


@pytest.fixture
def module(folder: Path) -> Callable[[str, str], None]:
    """Write a module of the plan's folder."""

    def write(name: str, source: str) -> None:
        path = folder / f"{name.replace('.', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source), "utf-8")

    return write
