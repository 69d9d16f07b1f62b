"""The file publisher keeps every rule of a publisher."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from dvt_engine_core.testing.conformance.publisher_rules import PUBLISHER_RULES, Arrival, PublisherFactory
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_outbox_worker.publishers.jsonl import JsonlPublisher


@dataclass(slots=True)
class Harness:
    path: Path
    publisher: JsonlPublisher

    async def arrivals(self) -> Sequence[Arrival]:
        lines = self.path.read_bytes().splitlines(keepends=True)
        assert all(line.endswith(b"\n") for line in lines)
        messages = [json.loads(line) for line in lines]
        return [Arrival(message["dvtkey"], message["data"]) for message in messages]

    async def break_bus(self) -> None:
        self.path.mkdir()

    async def repair_bus(self) -> None:
        self.path.rmdir()


def fresh_file(folder: Path) -> Callable[[], AbstractAsyncContextManager[Harness]]:
    @asynccontextmanager
    async def make() -> AsyncIterator[Harness]:
        path = folder / "events.jsonl"
        yield Harness(path, JsonlPublisher(path))

    return make


@pytest.mark.parametrize("rule", PUBLISHER_RULES, ids=lambda rule: rule.name)
async def test_jsonl_publisher_keeps(rule: Rule[PublisherFactory], tmp_path: Path) -> None:
    await rule.check(fresh_file(tmp_path))
