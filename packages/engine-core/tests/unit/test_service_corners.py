"""Corners of the use cases: what is missing, what another was first to do, what an executor must not do."""

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.glossary.v1.status import RunStatus, SignalType, StepStatus
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from dvt_contracts.models.signals.v1.signal_request import SignalRequest
from dvt_contracts.models.store.v1.append_result import AppendResult, Illegal, Superseded, UnknownRun
from dvt_contracts.models.store.v1.run_state import RunState
from pydantic import MISSING

from dvt_engine_core.errors import (
    DvtError,
    InvalidPlanError,
    RunNotFoundError,
    SignalRefusedError,
    UnavailableError,
)
from dvt_engine_core.facts import Fact, RunIdentity
from dvt_engine_core.ports.execution import StepCall, StepResult
from dvt_engine_core.ports.store import RunKey, StoredRun
from dvt_engine_core.projector import RunRows, assemble
from dvt_engine_core.services import materials
from dvt_engine_core.services.dispatcher import Dispatcher
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.services.step_attempt import AttemptRequest
from dvt_engine_core.services.workflow_engine import StartRequest
from dvt_engine_core.system import SystemClock, SystemIds
from dvt_engine_core.testing.builders import PAYLOADS, SHA, SampleRun
from dvt_engine_core.testing.in_process import InProcessEngine, reference
from dvt_engine_core.testing.memory_runtime import ScriptedExecutor
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.scenario import fact
from dvt_engine_core.testing.world import ACTOR, CONTEXT, World, plan_of

ONE = plan_of({"stepId": "a"})
NOWHERE = RunKey("local", "019c12c3-5f10-7c2e-9b57-00000000dead")


class AnsweringStore(MemoryStore):
    """Answers the append of one type as it is told, and lets runs lose their RunQueued."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, AppendResult] = {}
        self.bare = False

    async def append(
        self, run: RunKey, events: Sequence[AnyEvent], *, legal_from: RunStatus | None = None
    ) -> tuple[AppendResult, ...]:
        answer = self.answers.get(events[0].event_type)
        return (answer,) if answer else await super().append(run, events, legal_from=legal_from)

    async def read_run(self, run: RunKey, *, steps: Collection[str] | None = None) -> StoredRun | None:
        stored = await super().read_run(run, steps=steps)
        return StoredRun(bare(run), "") if self.bare and stored else stored


def bare(run: RunKey) -> RunSnapshot:
    return assemble(RunRows(run.run_id, run.tenant_id))


def refused(status: RunStatus, step: StepStatus | None = None) -> Illegal:
    state = RunState(run_status=status, last_run_seq=9, running_steps=0, step_status=step or MISSING)
    return Illegal(state=state)


async def begun(plan: JsonObject = ONE, world: World | None = None) -> tuple[World, RunKey, InProcessEngine]:
    world = world or World(store=AnsweringStore())
    run = await world.queue(plan)
    engine = world.engine()
    await engine.loader.load(run, reference(run))
    return world, run, engine


def answering(world: World) -> AnsweringStore:
    assert isinstance(world.store, AnsweringStore)
    return world.store


async def attempt(engine: InProcessEngine, run: RunKey, number: int = 1) -> tuple[StepStatus, str | None]:
    returned = await engine.attempts.run(AttemptRequest(run, "a", number), why_cancelled=lambda: "requested")
    return returned.status, returned.retry_at


class TestAttempts:
    async def test_a_defect_of_an_executor_fails_its_step_and_stands_in_its_log(self) -> None:
        world, run, engine = await begun()

        async def broken(_: StepCall) -> JsonValue:
            raise ZeroDivisionError("oh")

        world.executor.behaviours["a"] = broken
        assert await attempt(engine, run) == (StepStatus.FAILED, None)
        assert await outcome_code(world, run) == ("INTERNAL", "ZeroDivisionError: oh")
        log = await world.logs.read(run, step_id="a", attempt=1)
        assert "Traceback" in str(log)

    async def test_an_error_of_ours_keeps_its_code(self) -> None:
        world, run, engine = await begun()

        async def broken(_: StepCall) -> JsonValue:
            raise DvtError("odd", code="USAGE")

        world.executor.behaviours["a"] = broken
        await attempt(engine, run)
        assert (await outcome_code(world, run))[0] == "USAGE"

    async def test_an_executor_that_gives_up_by_itself_fails_its_step(self) -> None:
        world, run, engine = await begun()

        async def gives_up(_: StepCall) -> JsonValue:
            raise asyncio.CancelledError

        world.executor.behaviours["a"] = gives_up
        await attempt(engine, run)
        assert (await outcome_code(world, run))[1] == "the executor gave up by itself"

    async def test_an_outage_is_no_failure_of_the_step(self) -> None:
        world, run, engine = await begun()

        async def away(_: StepCall) -> JsonValue:
            raise UnavailableError("away")

        world.executor.behaviours["a"] = away
        with pytest.raises(UnavailableError):
            await attempt(engine, run)
        assert world.told(run)[-1] == "StepStarted a 1"

    async def test_a_kind_that_this_worker_lacks_fails_the_step_for_good(self) -> None:
        world, run, engine = await begun(plan_of({"stepId": "a", "retry": {"maxAttempts": 3}}))
        engine.attempts = replace(engine.attempts, executors={})
        assert await attempt(engine, run) == (StepStatus.FAILED, None)
        assert (await outcome_code(world, run))[0] == "PLAN_UNKNOWN_KIND"

    async def test_a_start_whose_slot_is_taken_adopts_the_winner(self) -> None:
        world, run, engine = await begun()
        assert await attempt(engine, run) == (StepStatus.SUCCEEDED, None)
        store = answering(world)
        record = [found async for found in store.read_events(run)][-1]
        store.answers["StepStarted"] = Superseded(record=record)
        assert await attempt(engine, run) == (StepStatus.SUCCEEDED, None)

    async def test_a_start_of_a_run_that_is_gone_is_an_error(self) -> None:
        world, run, engine = await begun()
        answering(world).answers["StepStarted"] = UnknownRun()
        with pytest.raises(RunNotFoundError):
            await attempt(engine, run)

    @pytest.mark.parametrize(
        ("step", "status"), [(None, StepStatus.SKIPPED), (StepStatus.CANCELLED, StepStatus.CANCELLED)]
    )
    async def test_a_redelivery_that_the_log_refuses_runs_nothing(
        self, step: StepStatus | None, status: StepStatus
    ) -> None:
        """[EVENTS-017]."""
        world, run, engine = await begun()
        await record(world, run, fact("StepStarted a 1"))
        answering(world).answers["StepRedelivered"] = refused(RunStatus.RUNNING, step)
        assert await attempt(engine, run) == (status, None)
        assert world.executor.calls == []

    async def test_an_outcome_that_the_log_refuses_gives_way_to_the_log(self) -> None:
        world, run, engine = await begun()
        answering(world).answers["StepCompleted"] = refused(RunStatus.RUNNING, StepStatus.FAILED)
        assert await attempt(engine, run) == (StepStatus.FAILED, None)
        answering(world).answers["StepCompleted"] = refused(RunStatus.RUNNING)
        assert (await attempt(engine, run))[0] is StepStatus.SUCCEEDED


async def outcome_code(world: World, run: RunKey) -> tuple[object, object]:
    (step,) = (await world.stored(run)).snapshot.steps
    assert step.outcome is not MISSING
    return step.outcome.code, step.outcome.message


async def record(world: World, run: RunKey, *facts: Fact) -> None:
    queued = (await world.stored(run)).snapshot.queued
    assert queued is not MISSING
    identity = RunIdentity.of(run.run_id, plan=queued.plan_ref, context=queued.context)
    await Recorder(world.store, SystemClock(), SystemIds()).append(identity, facts)


class TestLoading:
    async def test_a_run_that_does_not_exist_is_an_error(self) -> None:
        """[SERVICE-004]."""
        engine = World().engine()
        with pytest.raises(RunNotFoundError):
            await engine.loader.load(NOWHERE, reference(NOWHERE))
        with pytest.raises(RunNotFoundError):
            await engine.records.materials.of(NOWHERE)

    async def test_an_outage_while_loading_fails_no_run(self) -> None:
        class Away(MemoryStore):
            async def fetch(self, tenant_id: str, ref: PlanRef) -> bytes:
                raise UnavailableError(f"{tenant_id} {ref.address}")

        world = World(store=Away())
        run = await world.queue(ONE)
        with pytest.raises(UnavailableError):
            await world.engine().loader.load(run, reference(run))
        assert world.told(run) == ["RunQueued"]

    async def test_a_plan_that_went_bad_after_the_start_fails_no_run(self) -> None:
        world, run, _ = await begun()
        world.store._plans.clear()  # type: ignore[attr-defined, unused-ignore]
        with pytest.raises(DvtError):
            await world.engine().loader.load(run, reference(run))
        assert world.told(run) == ["RunQueued", "RunStarted"]

    @pytest.mark.parametrize(("plan_id", "version"), [("other", "1"), ("sample", "2")])
    async def test_a_plan_of_another_name_than_its_reference_is_refused(self, plan_id: str, version: str) -> None:
        """[PLAN-004]."""
        world = World()
        content = json.dumps(ONE).encode()
        ref = await world.store.put("local", content, plan_id=plan_id, plan_version=version)
        started = await world.service.start_run(StartRequest(ref, CONTEXT))
        run = RunKey("local", started.run_id)
        engine = world.engine()
        with pytest.raises(InvalidPlanError) as caught:
            await engine.records.materials.of(run)
        assert caught.value.code == "PLAN_ID_MISMATCH"
        await engine.start(run)
        await engine.settle(run)
        assert world.told(run) == ["RunQueued", "RunFailed"]

    async def test_a_row_without_run_queued_is_our_own_fault(self) -> None:
        world, run, _ = await begun()
        answering(world).bare = True
        engine = world.engine()
        with pytest.raises(DvtError, match="has no RunQueued"):
            await engine.records.materials.of(run)
        with pytest.raises(DvtError, match="has no RunQueued"):
            await engine.loader.load(run, reference(run))
        with pytest.raises(RunNotFoundError):
            await world.service.cancel_run(run, signal_id="s", actor=ACTOR, reason="test")

    async def test_only_the_latest_runs_and_plans_are_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(materials, "_KEPT_RUNS", 1)
        monkeypatch.setattr(materials, "_KEPT_PLANS", 1)
        world = World()
        found = world.engine().records.materials
        first, second = await world.queue(ONE), await world.queue({**ONE, "planVersion": "2"})
        kept = await found.of(first)
        assert await found.of(first) is kept
        await found.of(second)
        assert (len(found._runs), len(found._plans)) == (1, 1)
        assert await found.of(first) is not kept

    async def test_unknown_events_of_a_log_are_passed_over(self) -> None:
        world, run, engine = await begun()
        sample = SampleRun(run_id=run.run_id)
        await world.store.append(run, [sample.unknown()])
        loaded = await engine.loader.load(run, reference(run))
        assert (loaded.status, loaded.steps) == ("RUNNING", [])

    async def test_a_signal_other_than_cancel_leaves_a_pending_run_to_start(self) -> None:
        world = World(store=AnsweringStore())
        run = await world.queue(ONE)
        accepted = PAYLOADS["SignalAccepted"].document() | {"signalType": "pause"}
        await record(world, run, Fact("SignalAccepted", type(PAYLOADS["SignalAccepted"]).parse(accepted), "p"))
        loaded = await world.engine().loader.load(run, reference(run))
        assert loaded.status == "RUNNING"


class TestSignals:
    async def test_the_race_with_the_end_of_a_run_is_refused(self) -> None:
        world, run, _ = await begun()
        answering(world).answers["SignalAccepted"] = refused(RunStatus.COMPLETED)
        with pytest.raises(SignalRefusedError) as caught:
            await world.service.cancel_run(run, signal_id="s", actor=ACTOR, reason="test")
        assert caught.value.code == "RUN_TERMINAL"
        answering(world).answers["SignalAccepted"] = UnknownRun()
        with pytest.raises(RunNotFoundError):
            await world.service.cancel_run(run, signal_id="s", actor=ACTOR, reason="test")

    @pytest.mark.parametrize(
        ("signal_type", "reason", "code"),
        [(SignalType.RETRY_STEP, "test", "SIGNAL_ARGUMENTS"), (SignalType.CANCEL, None, "REASON_REQUIRED")],
    )
    async def test_what_may_not_be_asked_is_recorded_nowhere(
        self, signal_type: SignalType, reason: str | None, code: str
    ) -> None:
        """[SIGNAL-006]."""
        world, run, _ = await begun()
        request = SignalRequest(signal_id="s", signal_type=signal_type, reason=reason or MISSING)
        with pytest.raises(SignalRefusedError) as caught:
            await world.service.signal(run, request, actor=ACTOR)
        assert caught.value.code == code
        assert world.told(run) == ["RunQueued", "RunStarted"]

    async def test_a_signal_to_no_run_is_an_error(self) -> None:
        with pytest.raises(RunNotFoundError):
            await World().service.cancel_run(NOWHERE, signal_id="s", actor=ACTOR, reason="test")

    async def test_a_reason_is_made_storable(self) -> None:
        world, run, _ = await begun()
        await world.service.cancel_run(run, signal_id="s", actor=ACTOR, reason="a\x00b\ud800")
        request = SignalRequest(signal_id="t", signal_type=SignalType.CANCEL, reason="a\x00b")
        await world.service.signal(run, request, actor=ACTOR)
        found = [signal.decision for signal in (await world.stored(run)).snapshot.signals]
        assert [decision is not MISSING and decision.reason for decision in found] == ["a\ufffdb?", "a\ufffdb"]


class TestDispatcher:
    async def test_an_intent_of_a_signal_that_is_done_is_dropped(self) -> None:
        world, run, engine = await begun()
        await world.service.cancel_run(run, signal_id="s", actor=ACTOR, reason="test")
        await record(world, run, fact("SignalApplied s"))
        await Dispatcher(world.store.intents, Recorder(world.store, SystemClock(), SystemIds()), engine).deliver_due()
        assert await world.store.intents.pending(run) == ()

    async def test_a_store_that_is_away_is_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World()
        dispatcher = Dispatcher(world.store.intents, Recorder(world.store, SystemClock(), SystemIds()), world.engine())
        asked, enough = [], asyncio.Event()

        async def away(*, limit: int, lease_ms: int) -> tuple[()]:
            asked.append(limit)
            if len(asked) == 3:
                enough.set()
            raise UnavailableError(f"leased for {lease_ms}")

        monkeypatch.setattr(world.store.intents, "take", away)
        monkeypatch.setattr("dvt_engine_core.services.dispatcher.POLL_MS", 1)
        task = asyncio.create_task(dispatcher.run())
        async with asyncio.timeout(5):
            await enough.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_artifacts_of_earlier_steps_are_looked_up() -> None:
    class Writing(ScriptedExecutor):
        async def execute(self, call: StepCall) -> StepResult:
            if call.step_id == "render":
                kept = await call.artifacts.put(b"# Report", name="report.md", media_type="text/markdown")
                return StepResult(None, (kept,))
            return await super().execute(call)

    world = World(executor=Writing())
    run = await world.finish(
        plan_of(
            {"stepId": "render"},
            {
                "stepId": "after",
                "dependsOn": ["render"],
                "with": {"output": {"$artifact": {"step": "render", "name": "report.md"}}},
            },
        )
    )
    (outcome,) = [step.outcome for step in (await world.stored(run)).snapshot.steps if step.step_id == "after"]
    assert outcome is not MISSING
    assert isinstance(outcome.output, dict)
    assert outcome.output["name"] == "report.md"
    assert SHA not in str(outcome.output)
