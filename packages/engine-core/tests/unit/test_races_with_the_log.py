"""What others write to a run between a decision and its record: the log decides, and no run is left without an end."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from dvt_contracts.base import JsonValue
from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.glossary.v1.status import RunStatus, SignalType, StepStatus
from dvt_contracts.models.store.v1.append_result import AppendResult

from dvt_engine_core.causes import SignalArrived, StepLost, StepReturned
from dvt_engine_core.errors import InconsistencyError, StepError
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.step_attempt import AttemptRequest
from dvt_engine_core.testing.in_process import reference
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.world import ACTOR, World, plan_of


class InterruptedStore(MemoryStore):
    """A memory store that lets a test act just before the first append of an event of one type."""

    def __init__(self) -> None:
        super().__init__()
        self.before: dict[str, Callable[[], object]] = {}

    async def append(
        self, run: RunKey, events: Sequence[AnyEvent], *, legal_from: RunStatus | None = None
    ) -> tuple[AppendResult, ...]:
        for event in events:
            act = self.before.pop(event.event_type, None)
            if act is not None:
                done = act()
                if asyncio.iscoroutine(done):
                    await done
        return await super().append(run, events, legal_from=legal_from)


@dataclass
class Started:
    world: World
    store: InterruptedStore
    run: RunKey


async def started(*steps: str) -> Started:
    store = InterruptedStore()
    world = World(store=store)
    run = await world.queue(plan_of(*({"stepId": step} for step in steps)))
    await world.engine().loader.load(run, reference(run))
    return Started(world, store, run)


async def test_an_end_that_the_log_refuses_is_decided_anew() -> None:
    """[EXEC-015]."""
    at = await started("a")
    engine = at.world.engine()

    running = asyncio.Event()

    async def hang(_: StepCall) -> JsonValue:
        running.set()
        await asyncio.sleep(3600)
        return None

    at.world.executor.behaviours["a"] = hang
    attempt = engine.attempts.run(AttemptRequest(at.run, "a", 1), why_cancelled=lambda: "abandoned")
    zombies = []

    async def begin() -> None:
        zombies.append(asyncio.create_task(attempt))
        await running.wait()

    at.store.before["StepSkipped"] = begin
    await at.world.service.cancel_run(at.run, signal_id="c1", actor=ACTOR, reason="test")
    await engine.records.record(at.run, SignalArrived("c1", SignalType.CANCEL))
    assert at.world.told(at.run)[-3:] == ["StepStarted a 1", "SignalApplied c1", "RunCancelling"]

    lost = StepLost("a", 1, "CANCELLED", "2026-01-31T08:15:30.123Z")
    told = (await engine.records.record(at.run, lost)).told
    assert told == StepReturned("a", 1, StepStatus.CANCELLED)
    assert at.world.told(at.run)[-2:] == ["StepCancelled a 1", "RunCancelled"]
    zombies[0].cancel()


async def test_a_cancel_that_the_log_does_not_know_records_nothing() -> None:
    at = await started("a")
    begun = asyncio.Event()

    async def hang(_: StepCall) -> JsonValue:
        begun.set()
        await asyncio.sleep(3600)
        return None

    at.world.executor.behaviours["a"] = hang
    attempt = asyncio.create_task(
        at.world.engine().attempts.run(AttemptRequest(at.run, "a", 1), why_cancelled=lambda: "requested")
    )
    await begun.wait()
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    assert at.world.told(at.run)[-1] == "StepStarted a 1"


async def test_a_cancel_while_the_outcome_is_written_comes_too_late() -> None:
    at = await started("a", "b")
    attempt = asyncio.create_task(
        at.world.engine().attempts.run(AttemptRequest(at.run, "a", 1), why_cancelled=lambda: "requested")
    )

    async def cancel() -> None:
        attempt.cancel()
        await asyncio.sleep(0)

    at.store.before["StepCompleted"] = cancel
    assert (await attempt).status is StepStatus.SUCCEEDED
    assert at.world.told(at.run)[-1] == "StepCompleted a 1"


async def test_a_worker_that_goes_away_does_not_wait_for_its_record() -> None:
    at = await started("a")
    attempt = asyncio.create_task(
        at.world.engine().attempts.run(AttemptRequest(at.run, "a", 1), why_cancelled=lambda: "abandoned")
    )

    async def cancel() -> None:
        attempt.cancel()
        await asyncio.sleep(3600)

    at.store.before["StepCompleted"] = cancel
    with pytest.raises(asyncio.CancelledError):
        await attempt


class RefusingStore(MemoryStore):
    """A store that finds every end of a run illegal."""

    async def append(
        self, run: RunKey, events: Sequence[AnyEvent], *, legal_from: RunStatus | None = None
    ) -> tuple[AppendResult, ...]:
        if any(event.event_type == "RunCompleted" for event in events):
            return await super().append(run, events, legal_from=RunStatus.PENDING)
        return await super().append(run, events, legal_from=legal_from)


async def test_a_log_that_refuses_what_follows_from_it_is_a_fault() -> None:
    world = World(store=RefusingStore())
    run = await world.queue(plan_of({"stepId": "a"}))
    engine = world.engine()
    await engine.loader.load(run, reference(run))
    returned = await engine.attempts.run(AttemptRequest(run, "a", 1), why_cancelled=lambda: "requested")
    with pytest.raises(InconsistencyError, match="refuses"):
        await engine.records.record(run, returned)


async def test_a_delivery_that_comes_after_the_outcome_runs_nothing() -> None:
    """[EXEC-020], [EVENTS-011]."""
    at = await started("a")
    attempts = at.world.engine().attempts
    first = await attempts.run(AttemptRequest(at.run, "a", 1), why_cancelled=lambda: "requested")
    assert await attempts.run(AttemptRequest(at.run, "a", 1), why_cancelled=lambda: "requested") == first
    assert len(at.world.executor.calls) == 1


async def test_a_delivery_that_comes_after_the_step_was_given_up_runs_nothing() -> None:
    at = await started("a")
    engine = at.world.engine()
    await engine.records.record(at.run, StepLost("a", 1, "WORKER_LOST", "2026-01-31T08:15:30.123Z"))
    late = await engine.attempts.run(AttemptRequest(at.run, "a", 1), why_cancelled=lambda: "requested")
    assert late.status is StepStatus.FAILED
    assert at.world.executor.calls == []


async def test_of_two_deliveries_at_once_the_later_adopts_the_record() -> None:
    at = await started("a")
    attempts = at.world.engine().attempts
    request = AttemptRequest(at.run, "a", 1)

    async def other_is_first() -> None:
        await attempts.run(request, why_cancelled=lambda: "requested")

    async def fail_if_first(_: StepCall) -> JsonValue:
        if len(at.world.executor.calls) == 1:
            raise StepError("only once", code="PYTHON_RAISED")
        return None

    at.world.executor.behaviours["a"] = fail_if_first
    at.store.before["StepFailed"] = other_is_first
    returned = await attempts.run(request, why_cancelled=lambda: "requested")
    assert returned.status is StepStatus.SUCCEEDED
    assert [entry for entry in at.world.told(at.run) if " a " in entry] == [
        "StepStarted a 1",
        "StepRedelivered a 1",
        "StepCompleted a 1",
    ]
