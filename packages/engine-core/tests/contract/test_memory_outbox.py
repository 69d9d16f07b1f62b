"""The in-memory OutboxSource keeps every rule of the outbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.conformance.outbox_rules import OUTBOX_RULES, OutboxFactory
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.memory_outbox import MemoryOutbox
from dvt_engine_core.testing.samples import sample_record, sample_run


@dataclass(slots=True)
class Harness:
    source: MemoryOutbox = field(default_factory=MemoryOutbox)
    written: dict[RunKey, int] = field(default_factory=dict)

    async def new_run(self, *, shard: int) -> RunKey:
        run = sample_run(16 * len(self.written) + shard)
        await self.commit(run, 1)
        return run

    async def commit(self, run: RunKey, count: int) -> None:
        last = self.written.get(run, 0)
        self.written[run] = last + count
        self.source.append(run, *(sample_record(run, last + number + 1) for number in range(count)))


@asynccontextmanager
async def empty_outbox() -> AsyncIterator[Harness]:
    yield Harness()


@pytest.mark.parametrize("rule", OUTBOX_RULES, ids=lambda rule: rule.name)
async def test_memory_outbox_keeps(rule: Rule[OutboxFactory]) -> None:
    await rule.check(empty_outbox)
