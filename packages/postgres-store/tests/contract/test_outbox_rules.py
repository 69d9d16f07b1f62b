"""The outbox on PostgreSQL passes the whole outbox kit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.system import SystemIds
from dvt_engine_core.testing.builders import SampleRun
from dvt_engine_core.testing.conformance.outbox_rules import OUTBOX_RULES, OutboxFactory
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_postgres_store import Database, PostgresOutbox, PostgresStateStore


@dataclass(slots=True)
class _Harness:
    """Fills the outbox by appends, as in production."""

    source: PostgresOutbox
    store: PostgresStateStore
    signals: dict[RunKey, int] = field(default_factory=dict)

    async def new_run(self, *, shard: int) -> RunKey:
        run = SampleRun(run_id=f"{SystemIds().run_id()[:-1]}{shard:x}")
        await self.store.create_run(run.new())
        return run.key

    async def commit(self, run: RunKey, count: int) -> None:
        author = SampleRun(run.tenant_id, run_id=run.run_id)
        first = self.signals.get(run, 0)
        self.signals[run] = first + count
        await self.store.append(run, [author.event("SignalAccepted", f"s{first + n}") for n in range(count)])


@pytest.mark.parametrize("rule", OUTBOX_RULES, ids=lambda rule: rule.name)
async def test_postgres_outbox(rule: Rule[OutboxFactory], database: Database) -> None:
    @asynccontextmanager
    async def factory() -> AsyncIterator[_Harness]:
        yield _Harness(PostgresOutbox(database), PostgresStateStore(database))

    await rule.check(factory)
