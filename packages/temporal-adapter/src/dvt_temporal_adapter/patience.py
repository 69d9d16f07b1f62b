"""A store that is waited for: inside a step, an outage must not cost a delivery, and never the work that is done.

The keys of events make repeating an append safe. The activity beats meanwhile; Temporal's backstop is the only limit.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import stamina
from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from dvt_contracts.models.store.v1.append_result import AppendResult
from dvt_contracts.models.store.v1.create_run_result import CreateRunResult
from dvt_contracts.models.store.v1.run_summary import RunSummary
from dvt_engine_core.errors import UnavailableError
from dvt_engine_core.ports.plans import PlanSource
from dvt_engine_core.ports.store import NewRun, RunKey, RunQuery, StateStore, StoredRun

Result = TypeVar("Result")


async def patiently(call: Callable[[], Awaitable[Result]]) -> Result:
    """Call until the system behind answers: pauses from 100 ms doubling to 5 s, for ever; cancelling ends it."""
    with suppress(UnavailableError):
        return await call()  # as a rule it is there, and the machinery below is not needed
    async for attempt in stamina.retry_context(
        on=UnavailableError, attempts=None, timeout=None, wait_initial=0.1, wait_max=5.0, wait_jitter=0.5
    ):
        with attempt:
            return await call()
    raise UnavailableError  # pragma: no cover - the loop above has no end of its own


@dataclass(frozen=True, slots=True)
class PatientStore:
    """A StateStore whose calls wait for a store that is away."""

    store: StateStore

    async def create_run(self, run: NewRun) -> CreateRunResult:
        """See StateStore."""
        return await patiently(lambda: self.store.create_run(run))

    async def append(
        self, run: RunKey, events: Sequence[AnyEvent], *, legal_from: RunStatus | None = None
    ) -> tuple[AppendResult, ...]:
        """See StateStore."""
        return await patiently(lambda: self.store.append(run, events, legal_from=legal_from))

    async def read_run(self, run: RunKey, *, steps: Collection[str] | None = None) -> StoredRun | None:
        """See StateStore."""
        return await patiently(lambda: self.store.read_run(run, steps=steps))

    async def read_events(self, run: RunKey, *, after: int = 0, limit: int | None = None) -> AsyncIterator[RawRecord]:
        """See StateStore; read whole before the first record is handed out."""

        async def read() -> list[RawRecord]:
            return [record async for record in self.store.read_events(run, after=after, limit=limit)]

        for record in await patiently(read):
            yield record

    async def list_runs(self, tenant_id: str, query: RunQuery) -> tuple[RunSummary, ...]:
        """See StateStore."""
        return await patiently(lambda: self.store.list_runs(tenant_id, query))

    async def rebuild(self, run: RunKey) -> StoredRun | None:
        """See StateStore."""
        return await patiently(lambda: self.store.rebuild(run))


@dataclass(frozen=True, slots=True)
class PatientPlans:
    """A PlanSource whose calls wait for a source that is away."""

    plans: PlanSource

    async def fetch(self, tenant_id: str, ref: PlanRef) -> bytes:
        """See PlanSource."""
        return await patiently(lambda: self.plans.fetch(tenant_id, ref))
