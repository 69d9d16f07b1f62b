"""Use cases whose rules no whole run shows: who writes what when two could."""

from dataclasses import dataclass, field

import pytest
from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.engine.v1.engine_run_ref import EngineRunRef
from dvt_contracts.models.glossary.v1.status import Role, RunStatus
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from pydantic import MISSING

from dvt_engine_core.causes import StepLost
from dvt_engine_core.errors import (
    InvalidInputsError,
    PlanRefusedError,
    RunNotFoundError,
    SignalRefusedError,
    StartKeyConflictError,
    UnavailableError,
)
from dvt_engine_core.facts import Fact, RunIdentity
from dvt_engine_core.ports.engine import EngineDescription, SignalDelivery
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.dispatcher import Dispatcher, delivery_delay_ms
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.services.workflow_engine import StartRequest
from dvt_engine_core.system import SystemClock, SystemIds
from dvt_engine_core.testing.builders import PAYLOADS
from dvt_engine_core.testing.in_process import reference
from dvt_engine_core.testing.world import ACTOR, CONTEXT, World, plan_of

ONE = plan_of({"stepId": "a", "retry": {"maxAttempts": 2}})


def fact(event_type: str, subject_id: str | None = None) -> Fact:
    return Fact(event_type, PAYLOADS[event_type], subject_id)


@dataclass(slots=True)
class Engine:
    """Writes down what it is asked; refuses while `down`."""

    down: bool = False
    asked: list[str] = field(default_factory=list)

    async def start(self, run: RunKey) -> EngineRunRef:
        if self.down:
            raise UnavailableError("away", code="ENGINE_UNAVAILABLE")
        self.asked.append("start")
        return reference(run)

    async def signal(self, run: RunKey, delivery: SignalDelivery) -> None:
        self.asked.append(f"signal {delivery.signal_id} {run.tenant_id}")

    async def cancel(self, run: RunKey) -> None:
        self.asked.append(f"cancel {run.run_id}")

    async def describe(self, run: RunKey) -> EngineDescription:
        return EngineDescription(reference(run), "unknown")


def recorder(world: World) -> Recorder:
    return Recorder(world.store, SystemClock(), SystemIds())


async def append(world: World, run: RunKey, *facts: Fact) -> None:
    queued = (await world.stored(run)).snapshot.queued
    assert queued is not MISSING
    identity = RunIdentity.of(run.run_id, plan=queued.plan_ref, context=queued.context)
    results = await recorder(world).append(identity, facts)
    assert [result.outcome for result in results] == ["appended"] * len(facts)


async def test_the_dispatcher_cancels_a_pending_run_without_the_engine() -> None:
    """[EVENTS-013]."""
    world, engine = World(), Engine()
    run = await world.queue(ONE)
    await world.service.cancel_run(run, signal_id="c", actor=ACTOR, reason="test")
    start, cancel = await world.store.intents.pending(run)
    await world.store.intents.finish(start.intent_id)
    await Dispatcher(world.store.intents, recorder(world), engine).deliver_due()
    assert engine.asked == []
    assert (await world.stored(run)).snapshot.status is RunStatus.CANCELLED
    assert cancel.signal_id == "c"
    assert await world.store.intents.pending(run) == ()


async def test_a_signal_of_a_started_run_goes_to_the_engine() -> None:
    world, engine = World(), Engine()
    run = await world.queue(ONE)
    await append(world, run, fact("RunStarted"))
    await world.service.cancel_run(run, signal_id="c", actor=ACTOR, reason="test")
    await Dispatcher(world.store.intents, recorder(world), engine).deliver_due()
    assert sorted(engine.asked) == ["signal c local", "start"]


async def test_an_intent_survives_an_engine_that_is_down() -> None:
    """[SERVICE-001], [SERVICE-005], [SERVICE-006]."""
    world, engine = World(), Engine(down=True)
    run = await world.queue(ONE)
    dispatcher = Dispatcher(world.store.intents, recorder(world), engine)
    await dispatcher.deliver_due()
    (intent,) = await world.store.intents.pending(run)
    assert (intent.attempts, intent.last_error) == (1, "ENGINE_UNAVAILABLE")
    engine.down = False
    while not engine.asked:
        if not await dispatcher.deliver_due():
            await world.store.intents.wait(timeout_ms=20)
    assert await world.store.intents.pending(run) == ()


def test_delivery_delays_double_up_to_ten_seconds() -> None:
    delays = [delivery_delay_ms(attempts) for attempts in (0, 1, 2, 6, 7, 1000)]
    assert delays == [100, 200, 400, 6400, 10000, 10000]


async def test_intents_of_an_ended_run_are_dropped() -> None:
    world, engine = World(), Engine()
    run = await world.queue(ONE)
    await append(world, run, fact("RunFailed"))
    await Dispatcher(world.store.intents, recorder(world), engine).deliver_due()
    assert engine.asked == []
    assert await world.store.intents.pending(run) == ()


async def test_load_applies_an_accepted_cancel_instead_of_starting() -> None:
    world = World()
    run = await world.queue(ONE)
    await world.service.cancel_run(run, signal_id="c", actor=ACTOR, reason="test")
    loaded = await world.engine().loader.load(run, reference(run))
    assert loaded.walk is None
    assert world.told(run) == ["RunQueued", "SignalAccepted c", "SignalApplied c", "RunCancelled"]


async def test_load_of_an_ended_run_needs_no_plan() -> None:
    world = World()
    run = await world.finish(ONE)
    queued = (await world.stored(run)).snapshot.queued
    assert queued is not MISSING
    world.store.overwrite_plan("local", queued.plan_ref, b"gone")
    assert (await world.engine().loader.load(run, reference(run))).walk is None


async def test_load_again_starts_nothing_twice() -> None:
    world = World()
    run = await world.queue(ONE)
    first = await world.engine().loader.load(run, reference(run))
    second = await world.engine().loader.load(run, reference(run))
    assert first == second
    assert world.told(run) == ["RunQueued", "RunStarted"]


@pytest.mark.parametrize("before", [[], [fact("StepStarted", "a")]], ids=["never started", "started"])
async def test_a_lost_attempt_fails_however_far_it_got(before: list[Fact]) -> None:
    world = World()
    run = await world.queue(ONE)
    await append(world, run, fact("RunStarted"), *before)
    lost = StepLost("a", 1, "WORKER_LOST", SystemClock().now())
    returned = (await world.engine().records.record(run, lost)).told
    assert world.told(run)[-1] == "StepFailed a 1"
    assert returned is not None
    assert returned.retry_at is not None
    assert (await world.engine().records.record(run, lost)).told == returned
    assert world.told(run).count("StepFailed a 1") == 1


async def test_a_lost_attempt_of_an_ending_run_is_cancelled_if_it_began() -> None:
    world = World()
    run = await world.queue(ONE)
    await append(world, run, fact("RunStarted"), fact("StepStarted", "a"), fact("RunCancelling"))
    lost = StepLost("a", 1, "CANCELLED", SystemClock().now())
    returned = (await world.engine().records.record(run, lost)).told
    assert world.told(run)[-2:] == ["StepCancelled a 1", "RunCancelled"]
    assert returned is not None
    assert returned.status.value == "CANCELLED"


async def test_a_lost_attempt_of_an_ending_run_is_skipped_if_it_did_not_begin() -> None:
    world = World()
    run = await world.queue(ONE)
    await append(world, run, fact("RunStarted"), fact("RunCancelling"))
    lost = StepLost("a", 1, "CANCELLED", SystemClock().now())
    returned = (await world.engine().records.record(run, lost)).told
    assert world.told(run)[-2:] == ["StepSkipped a 1", "RunCancelled"]
    assert returned is not None
    assert returned.status.value == "SKIPPED"


async def test_a_start_key_names_one_run() -> None:
    """[SERVICE-002], [EVENTS-014]."""
    world = World()
    first = await world.queue(ONE, start_key="k")
    assert await world.queue(ONE, start_key="k") == first
    with pytest.raises(StartKeyConflictError):
        await world.queue({**ONE, "planVersion": "2"}, start_key="k")


async def test_plan_addresses_are_on_an_allow_list() -> None:
    """[SERVICE-003]."""
    ref = PlanRef(address="https://example.org/plan.json", sha256="a" * 64, plan_id="p", plan_version="1")
    with pytest.raises(PlanRefusedError):
        await World().service.start_run(StartRequest(ref, CONTEXT))


async def test_inputs_over_the_limit_are_refused_before_anything_is_stored() -> None:
    """[SERVICE-003], [PLAN-008]."""
    world = World()
    with pytest.raises(InvalidInputsError) as caught:
        await world.queue(ONE, {"x": "y" * 20_000})
    assert caught.value.code == "INPUTS_TOO_LARGE"


async def test_signals_are_authorised_before_they_are_recorded() -> None:
    """[EXEC-028], [SIGNAL-004], [SIGNAL-006], [SIGNAL-007]."""
    world = World()
    run = await world.queue(ONE)
    viewer = Actor(actor_id="v", role=Role.VIEWER, authenticated=True)
    with pytest.raises(SignalRefusedError) as caught:
        await world.service.cancel_run(run, signal_id="c", actor=viewer, reason="test")
    assert caught.value.code == "ROLE_MISSING"
    with pytest.raises(RunNotFoundError):
        await world.service.cancel_run(RunKey("other", run.run_id), signal_id="c", actor=ACTOR, reason="test")
    assert world.told(run) == ["RunQueued"]


async def test_an_ended_run_takes_no_signal_but_knows_its_own() -> None:
    """[EXEC-030], [SIGNAL-009]."""
    world = World()
    run = await world.queue(ONE)
    await world.service.cancel_run(run, signal_id="c", actor=ACTOR, reason="test")
    await world.engine().settle(run)
    again = await world.service.cancel_run(run, signal_id="c", actor=ACTOR, reason="test")
    assert again.decision.value == "accepted"
    with pytest.raises(SignalRefusedError) as caught:
        await world.service.cancel_run(run, signal_id="d", actor=ACTOR, reason="test")
    assert caught.value.code == "RUN_TERMINAL"


async def test_a_signal_still_open_at_the_end_counts_as_moot() -> None:
    world = World()
    run = await world.queue(ONE)
    await append(world, run, fact("RunStarted"), fact("SignalAccepted", "c"), fact("RunCompleted"))
    (signal,) = (await world.stored(run)).snapshot.signals
    assert signal.application is not MISSING
    assert (signal.application.effect.value, signal.application.code) == ("moot", "RUN_TERMINAL")
