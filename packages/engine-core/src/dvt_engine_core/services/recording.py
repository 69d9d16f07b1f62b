"""From facts to appended events: stamping, appending, and reading a log into core state."""

from collections.abc import Sequence
from dataclasses import dataclass

from dvt_contracts.loader import parse_event
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import AppendResult

from dvt_engine_core.facts import Fact, RunIdentity, Stamp, fact_of, stamped
from dvt_engine_core.folding import evolve_all
from dvt_engine_core.ports.ambient import Clock, Ids
from dvt_engine_core.ports.store import RunKey, StateStore
from dvt_engine_core.standpoint import Standpoint
from dvt_engine_core.state import CoreState
from dvt_engine_core.walk import Walk

BATCH = 500


@dataclass(frozen=True, slots=True)
class Recorder:
    """Stamps facts with id and time and appends them to a run's log."""

    store: StateStore
    clock: Clock
    ids: Ids

    def stamp(self) -> Stamp:
        """A fresh event id and the time now."""
        return Stamp(self.ids.event_id(), self.clock.now())

    async def append(
        self,
        run: RunIdentity,
        facts: Sequence[Fact],
        *,
        engine_attempt: int | None = None,
        legal_from: RunStatus | None = None,
        stamp: Stamp | None = None,
    ) -> tuple[AppendResult, ...]:
        """Append facts in order, in transactions of at most 500; `stamp` only for a single fact.

        Raises: UnavailableError; repeating is safe, keys come from the facts.
        """
        events = [stamped(fact, run, stamp or self.stamp(), engine_attempt=engine_attempt) for fact in facts]
        key = RunKey(run.tenant_id, run.run_id)
        results: list[AppendResult] = []
        for at in range(0, len(events), BATCH):
            results += await self.store.append(key, events[at : at + BATCH], legal_from=legal_from)
        return tuple(results)

    async def fold(self, run: RunKey, walk: Walk, seen: Standpoint | None = None) -> CoreState:
        """Core state from the log as an interpreter sees it; without one, nothing is in flight."""
        return evolve_all((seen or Standpoint()).start(walk), await read_facts(self.store, run))


async def read_facts(store: StateStore, run: RunKey, *, limit: int | None = None) -> list[Fact]:
    """Facts of a run's log in order, the first `limit` events of it; unknown types left out."""
    return [
        fact
        async for record in store.read_events(run, limit=limit)
        if (fact := fact_of(parse_event(record.event.document()), record.run_seq))
    ]
