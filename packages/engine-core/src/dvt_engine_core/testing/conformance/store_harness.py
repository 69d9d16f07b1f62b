"""What the store rules are put to, and how they look at it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import (
    Appended,
    AppendResult,
)
from dvt_contracts.models.store.v1.create_run_result import RunCreated

from dvt_engine_core.ports.store import BatchStateStore, IntentQueue, RunKey, StateStore
from dvt_engine_core.testing.builders import SampleRun


@dataclass(frozen=True, slots=True)
class StoreUnderTest:
    """A fresh store and the intent queue that its appends feed."""

    store: BatchStateStore
    intents: IntentQueue


StoreFactory: TypeAlias = Callable[[], AbstractAsyncContextManager[StoreUnderTest]]


async def created(store: StateStore, *, started: bool = True, tenant: str = "local") -> SampleRun:
    """Create a run, started unless told otherwise."""
    run = SampleRun(tenant)
    assert isinstance(await store.create_run(run.new()), RunCreated)
    if started:
        await appended(store, run, run.event("RunStarted"))
    return run


async def one(store: StateStore, run: SampleRun, event: AnyEvent, legal_from: RunStatus | None = None) -> AppendResult:
    """Append one event."""
    (result,) = await store.append(run.key, [event], legal_from=legal_from)
    return result


async def appended(store: StateStore, run: SampleRun, *events: AnyEvent) -> None:
    """Append events, each of which must be written."""
    for event in events:
        result = await one(store, run, event)
        assert isinstance(result, Appended), (event.event_type, result)


async def read_log(store: StateStore, run: RunKey, *, after: int = 0, limit: int | None = None) -> list[RawRecord]:
    """Records of a run."""
    return [record async for record in store.read_events(run, after=after, limit=limit)]


async def log_types(store: StateStore, run: SampleRun) -> list[str]:
    """Event types of a run's log."""
    return [record.event.event_type for record in await read_log(store, run.key)]
