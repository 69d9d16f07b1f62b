"""The in-memory EventPublisher keeps every rule of a publisher."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from dvt_engine_core.testing.conformance.publisher_rules import PUBLISHER_RULES, Arrival, PublisherFactory
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.memory_broker import MemoryBroker


@dataclass(slots=True)
class Harness:
    publisher: MemoryBroker = field(default_factory=MemoryBroker)

    async def arrivals(self) -> Sequence[Arrival]:
        events = [outgoing.message.record.event for outgoing in self.publisher.arrived]
        return [Arrival(event.idempotency_key, event.document()) for event in events]

    async def break_bus(self) -> None:
        self.publisher.up = False

    async def repair_bus(self) -> None:
        self.publisher.up = True


@asynccontextmanager
async def empty_bus() -> AsyncIterator[Harness]:
    yield Harness()


@pytest.mark.parametrize("rule", PUBLISHER_RULES, ids=lambda rule: rule.name)
async def test_memory_broker_keeps(rule: Rule[PublisherFactory]) -> None:
    await rule.check(empty_bus)
