"""The loop over a scripted driver: what is asked of an engine, in which order."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dvt_contracts.base import JsonObject
from dvt_contracts.models.glossary.v1.status import SignalType, StepStatus
from dvt_contracts.models.plan.v1.plan import Plan

from dvt_engine_core.causes import Cause, StepLost, StepReturned
from dvt_engine_core.folding import initial_state
from dvt_engine_core.interpreter import Interpreter, StepOrder
from dvt_engine_core.services.loaded import LoadedRun, pack
from dvt_engine_core.standpoint import Recorded, Standpoint
from dvt_engine_core.testing.world import plan_of
from dvt_engine_core.walk import Walk

AT = "2026-01-31T08:15:30.123Z"


def loaded(*steps: JsonObject) -> LoadedRun:
    return replace(pack(initial_state(Walk.of(Plan.parse(plan_of(*steps))))), status="RUNNING")


def succeeded(order: StepOrder) -> StepReturned | StepLost:
    return StepReturned(order.step_id, order.attempt, StepStatus.SUCCEEDED)


def failed(order: StepOrder) -> StepReturned | StepLost:
    return StepReturned(order.step_id, order.attempt, StepStatus.FAILED)


def failed_once(order: StepOrder) -> StepReturned | StepLost:
    return StepReturned("a", 1, StepStatus.FAILED, AT) if order.attempt == 1 else succeeded(order)


def lost(order: StepOrder) -> StepReturned | StepLost:
    return StepLost(order.step_id, order.attempt, "WORKER_LOST", AT)


@dataclass(slots=True)
class Driver:
    """Answers every step with `answer`, and writes down what it was asked."""

    run: LoadedRun
    answer: Callable[[StepOrder], StepReturned | StepLost] = succeeded
    hang: frozenset[str] = frozenset()
    in_log: StepReturned | None = None
    told: list[str] = field(default_factory=list)

    async def load(self) -> LoadedRun:
        await asyncio.sleep(0)
        return self.run

    async def record(self, cause: Cause, _seen: Standpoint) -> Recorded:
        self.told.append(f"record {type(cause).__name__}")
        await asyncio.sleep(0)
        self.told.append("recorded")
        return Recorded(self.in_log if isinstance(cause, StepLost) else None)

    async def run_step(self, order: StepOrder) -> StepReturned | StepLost:
        self.told.append(f"step {order.step_id} {order.attempt}")
        try:
            await asyncio.sleep(3600 if order.step_id in self.hang else 0)
        except asyncio.CancelledError:
            self.told.append(f"cancelled {order.step_id}")
            return StepReturned(order.step_id, order.attempt, StepStatus.CANCELLED)
        return self.answer(order)

    async def sleep_until(self, instant: str) -> None:
        self.told.append(f"sleep {instant}")
        await asyncio.sleep(0)


async def walk(driver: Driver, *signals: str) -> list[str]:
    interpreter = Interpreter(driver)
    for signal_id in signals:
        interpreter.signal(signal_id, SignalType.CANCEL)
    async with asyncio.timeout(5):
        await interpreter.run()
    return driver.told


async def test_a_decision_is_recorded_before_it_acts() -> None:
    """[EXEC-012]."""
    driver = Driver(loaded({"stepId": "a"}, {"stepId": "b"}), failed, hang=frozenset({"b"}))
    assert await walk(driver) == [
        "step a 1",
        "step b 1",
        "record StepReturned",
        "recorded",
        "cancelled b",
        "record StepReturned",
        "recorded",
    ]


async def test_a_retry_waits_for_its_timer() -> None:
    told = await walk(Driver(loaded({"stepId": "a"}), failed_once))
    assert told == ["step a 1", f"sleep {AT}", "step a 2", "record StepReturned", "recorded"]


async def test_what_became_of_a_lost_step_is_taken_from_the_log() -> None:
    in_log = StepReturned("a", 1, StepStatus.SUCCEEDED)
    told = await walk(Driver(loaded({"stepId": "a"}), lost, in_log=in_log))
    assert told == ["step a 1", "record StepLost", "recorded", "record StepReturned", "recorded"]


async def test_an_ended_run_is_left_alone() -> None:
    assert await walk(Driver(LoadedRun(None))) == []


async def test_a_signal_that_arrives_during_load_is_applied_once_after_it() -> None:
    run = replace(loaded({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}), signals=[("s", "cancel")])
    told = await walk(Driver(run, hang=frozenset({"a"})), "s", "s")
    assert told == ["record SignalArrived", "recorded", "record RunLoaded", "recorded"]


async def test_a_step_cancelled_in_the_decision_that_dispatches_it_still_answers() -> None:
    run = replace(
        loaded({"stepId": "a"}), steps=[(0, "RUNNING", 1, None)], substatus="CANCELLING", cancel=("CANCELLED", "s")
    )
    told = await walk(Driver(run, hang=frozenset({"a"})))
    assert told == ["step a 1", "cancelled a", "record StepReturned", "recorded"]


async def test_an_update_of_parameters_is_recorded_once_and_gives_the_version() -> None:
    driver = Driver(loaded({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}))
    interpreter = Interpreter(driver)
    for _ in range(2):
        interpreter.signal("u", SignalType.UPDATE_PARAMETERS)
    async with asyncio.timeout(5):
        await interpreter.run()
    assert driver.told == [
        "record SignalArrived",
        "recorded",
        "step a 1",
        "step b 1",
        "record StepReturned",
        "recorded",
    ]


async def test_the_deadline_is_a_timer_of_the_run() -> None:
    run = replace(loaded({"stepId": "a"}), started_at=AT)
    assert run.walk is not None
    run = replace(run, walk=replace(run.walk, deadline_ms=1000))
    told = await walk(Driver(run, hang=frozenset({"a"})))
    assert told[:2] == ["sleep 2026-01-31T08:15:31.123Z", "step a 1"]
    assert "record DeadlinePassed" in told
    assert "cancelled a" in told
