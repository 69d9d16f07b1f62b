"""Signals at the engine service: judged, decided by the table, recorded before they act. [SIGNAL-004] [SIGNAL-008]"""

import asyncio
from collections.abc import Collection

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.events.v1.run_queued import RunQueuedPayload
from dvt_contracts.models.glossary.v1.status import Role, RunStatus, SignalType
from dvt_contracts.models.signals.v1.signal_decision import SignalDecision
from dvt_contracts.models.signals.v1.signal_request import SignalRequest
from dvt_contracts.registries.signal_table import SIGNAL_TABLE
from pydantic import MISSING

from dvt_engine_core.errors import SignalRefusedError, StartKeyConflictError, StepError
from dvt_engine_core.facts import Fact
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey, StoredRun
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.services.run_loader import identity_of
from dvt_engine_core.services.workflow_engine import StartRequest, WorkflowEngine
from dvt_engine_core.system import SystemClock, SystemIds
from dvt_engine_core.testing.builders import PAYLOADS
from dvt_engine_core.testing.in_process import reference
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.world import ACTOR, CONTEXT, World, plan_of

STEPS: tuple[JsonObject, ...] = ({"stepId": "a", "codeVersion": "1"}, {"stepId": "b", "dependsOn": ["a"]})


def request(signal_type: SignalType, signal_id: str = "s", **arguments: JsonValue) -> SignalRequest:
    return SignalRequest(signal_id=signal_id, signal_type=signal_type, arguments=arguments, reason="test")


class StaleStore(MemoryStore):
    """A store from which a caller reads what it read before, once `stale` is set."""

    stale: StoredRun | None = None

    async def read_run(self, run: RunKey, *, steps: Collection[str] | None = None) -> StoredRun | None:
        return self.stale or await super().read_run(run, steps=steps)


async def begun(*told: str, store: MemoryStore | None = None) -> tuple[World, RunKey]:
    """A run that has started and of which somebody recorded these events of step `a`."""
    world = World(store=store or MemoryStore())
    run = await world.queue(plan_of(*STEPS))
    await world.engine().loader.load(run, reference(run))
    snapshot = (await world.stored(run)).snapshot
    recorder = Recorder(world.store, SystemClock(), SystemIds())
    await recorder.append(identity_of(run, snapshot), [Fact(name, PAYLOADS[name], "a") for name in told])
    return world, run


async def send(world: World, run: RunKey, asked: SignalRequest, role: Role = Role.ADMIN) -> SignalDecision:
    return await world.service.signal(run, asked, actor=Actor(actor_id="ana", role=role, authenticated=True))


@pytest.mark.parametrize(
    ("told", "asked", "code"),
    [
        ((), request(SignalType.RETRY_STEP, stepId="a"), "STEP_NOT_FAILED"),
        (("StepStarted",), request(SignalType.RETRY_STEP, stepId="a"), "STEP_RUNNING"),
        (("StepStarted", "StepCompleted"), request(SignalType.RETRY_STEP, stepId="a"), "STEP_SUCCEEDED"),
        (("StepStarted", "StepCompleted"), request(SignalType.SKIP_STEP, stepId="a"), "STEP_TERMINAL"),
        ((), request(SignalType.RETRY_RUN), "RUN_NOT_TERMINAL"),
    ],
)
async def test_what_the_run_cannot_take_is_rejected_and_recorded(
    told: tuple[str, ...], asked: SignalRequest, code: str
) -> None:
    world, run = await begun(*told)
    for _ in range(2):  # [SIGNAL-009]
        decided = await send(world, run, asked)
        assert (decided.decision.value, decided.code) == ("rejected", code)
    assert [entry for entry in world.told(run) if entry.startswith("Signal")] == ["SignalRejected s"]


async def test_before_the_start_steps_and_parameters_cannot_be_touched() -> None:
    world = World()
    run = await world.queue(plan_of(*STEPS))
    for number, asked in enumerate(
        (
            request(SignalType.RETRY_STEP, "s0", stepId="a"),
            request(SignalType.SKIP_STEP, "s1", stepId="a"),
            request(SignalType.UPDATE_PARAMETERS, "s2", parameters={}),
        )
    ):
        decided = await send(world, run, asked)
        assert (decided.signal_id, decided.code) == (f"s{number}", "RUN_NOT_STARTED")
    assert (await world.engine().loader.load(run, reference(run))).status == "RUNNING"


@pytest.mark.parametrize("rule", SIGNAL_TABLE.signals, ids=lambda rule: rule.signal.value)
async def test_every_signal_has_its_weakest_role(rule: object) -> None:
    """[SIGNAL-006] The run does not learn of a caller without the role."""
    found = next(one for one in SIGNAL_TABLE.signals if one is rule)
    arguments: dict[str, JsonValue] = {}
    if "step" in found.signal.value:
        arguments = {"stepId": "a"}
    if found.signal is SignalType.UPDATE_PARAMETERS:
        arguments = {"parameters": {}}
    asked: JsonObject = {"signalId": "s", "signalType": found.signal, "arguments": arguments, "reason": "test"}
    ranks = [Role.VIEWER, Role.OPERATOR, Role.ENGINEER, Role.ADMIN]
    world, run = await begun()
    for role in ranks[: ranks.index(found.role)]:
        with pytest.raises(SignalRefusedError) as caught:
            await send(world, run, SignalRequest.parse(asked), role)
        assert caught.value.code == "ROLE_MISSING"
    assert world.told(run) == ["RunQueued", "RunStarted"]
    await send(world, run, SignalRequest.parse(asked), found.role)
    assert world.told(run)[2].split()[0] in {"SignalAccepted", "SignalRejected"}


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        (request(SignalType.PAUSE, until="noon"), "until"),
        (request(SignalType.SKIP_STEP), "stepId"),
        (request(SignalType.UPDATE_PARAMETERS, parameters=[1]), "parameters"),
    ],
)
async def test_arguments_that_break_their_schema_are_refused(asked: SignalRequest, place: str) -> None:
    """[SIGNAL-005]"""
    world, run = await begun()
    with pytest.raises(SignalRefusedError, match=place) as caught:
        await send(world, run, asked)
    assert caught.value.code == "SIGNAL_ARGUMENTS"


async def test_a_signal_that_the_engine_lacks_is_refused() -> None:
    world, run = await begun()
    service = WorkflowEngine(world.store, SystemClock(), SystemIds(), adapter="conductor")
    with pytest.raises(SignalRefusedError) as caught:
        await service.signal(run, request(SignalType.PAUSE), actor=ACTOR)
    assert caught.value.code == "SIGNAL_UNSUPPORTED"


async def test_two_callers_with_one_id_get_the_decision_that_came_first() -> None:
    """[SIGNAL-009]"""
    store = StaleStore()
    world, run = await begun("StepStarted", store=store)
    before = await world.stored(run)
    accepted = await send(world, run, request(SignalType.PAUSE, "s"))
    rejected = await send(world, run, request(SignalType.RETRY_STEP, "t", stepId="a"))
    store.stale = before
    assert await send(world, run, request(SignalType.RETRY_STEP, "s", stepId="a")) == accepted
    assert await send(world, run, request(SignalType.PAUSE, "t")) == rejected


async def test_an_emergency_stop_ends_a_pending_run() -> None:
    world = World()
    run = await world.queue(plan_of(*STEPS))
    await send(world, run, request(SignalType.EMERGENCY_STOP))
    await world.engine().loader.load(run, reference(run))
    snapshot = (await world.stored(run)).snapshot
    assert snapshot.ended is not MISSING
    assert (snapshot.status, snapshot.ended.code) == (RunStatus.CANCELLED, "EMERGENCY_STOP")


class TestRetryRun:
    """[SIGNAL-017] [EXEC-045] A new run, linked; what has not changed is taken over."""

    async def failed(self, *steps: JsonObject) -> tuple[World, RunKey]:
        world = World()
        world.executor.behaviours["last"] = broken
        last: JsonObject = {"stepId": "last", "dependsOn": [str(step["stepId"]) for step in steps]}
        run = await world.finish(plan_of(*steps, last))
        assert (await world.stored(run)).snapshot.status is RunStatus.FAILED
        world.executor.behaviours.clear()
        world.executor.calls.clear()
        return world, run

    async def again(self, world: World, run: RunKey) -> tuple[RunKey, list[str]]:
        decided = await send(world, run, request(SignalType.RETRY_RUN, "again"))
        new = RunKey("local", decided.run_id)
        await world.engine().settle(new)
        return new, [call.step_id for call in world.executor.calls]

    async def test_the_new_run_names_its_parent_and_the_decision(self) -> None:
        world, run = await self.failed({"stepId": "a", "codeVersion": "1"})
        before = world.told(run)
        new, worked = await self.again(world, run)
        assert worked == ["last"]
        queued = world.store.facts(new)[0].payload
        assert isinstance(queued, RunQueuedPayload)
        assert (queued.parent_run_id, queued.signal_id, queued.start_key, queued.reason) == (
            run.run_id,
            "again",
            "again",
            "test",
        )
        assert queued.context.actor.actor_id == "ana"
        assert world.told(run) == before

    async def test_a_start_key_of_another_start_is_a_conflict(self) -> None:
        world, run = await self.failed({"stepId": "a"})
        ref = (await world.stored(run)).snapshot.queued
        assert ref is not MISSING
        await world.service.start_run(StartRequest(ref.plan_ref, CONTEXT, {}, "again"))
        with pytest.raises(StartKeyConflictError):
            await send(world, run, request(SignalType.RETRY_RUN, "again"))

    async def test_without_a_code_version_everything_runs_again(self) -> None:
        world, run = await self.failed({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"], "codeVersion": "1"})
        assert (await self.again(world, run))[1] == ["a", "b", "last"]

    async def test_secrets_need_not_be_known_to_find_the_key(self) -> None:
        step: JsonObject = {"stepId": "a", "codeVersion": "1", "with": {"output": {"x": 1}, "key": {"$secret": "k"}}}
        world = World()
        object.__setattr__(world.secrets, "secrets", {"k": "hidden"})
        world.executor.behaviours["last"] = broken
        run = await world.finish(plan_of(step, {"stepId": "last", "dependsOn": ["a"]}))
        object.__setattr__(world.secrets, "secrets", {})
        world.executor.behaviours.clear()
        world.executor.calls.clear()
        assert (await self.again(world, run))[1] == ["last"]

    async def test_what_depends_on_a_reused_step_is_reused_by_its_values(self) -> None:
        steps: tuple[JsonObject, ...] = (
            {"stepId": "a", "codeVersion": "1", "with": {"output": {"x": 1}}},
            {
                "stepId": "b",
                "dependsOn": ["a"],
                "codeVersion": "1",
                "with": {"output": {"$output": {"step": "a", "at": "/x"}}},
            },
        )
        world, run = await self.failed(*steps)
        assert (await self.again(world, run))[1] == ["last"]

    @pytest.mark.parametrize(("changed", "worked"), [(False, ["last"]), (True, ["a", "last"])])
    async def test_a_condition_is_the_same_only_with_the_same_inputs(self, changed: bool, worked: list[str]) -> None:  # noqa: FBT001
        schema: JsonObject = {"type": "object", "properties": {"n": {"type": "integer", "default": 1}}}
        world = World()
        world.executor.behaviours["last"] = broken
        engine = world.engine()
        plan = plan_of(
            {"stepId": "a", "codeVersion": "1", "when": "inputs.n > 0"},
            {"stepId": "last", "dependsOn": ["a"]},
            inputs=schema,
        )
        run = await world.queue(plan)
        if changed:
            world.executor.behaviours["a"] = lambda call: self.updating(world, call)
            delivering = asyncio.create_task(engine.dispatcher.run())
            await recorded(world, run, "RunFailed")
            delivering.cancel()
        else:
            await engine.settle(run)
        world.executor.behaviours.clear()
        world.executor.calls.clear()
        new, again = await self.again(world, run)
        assert again == worked
        queued = (await world.stored(new)).snapshot.queued
        assert queued is not MISSING
        assert queued.inputs == ({"n": 2} if changed else {})

    async def updating(self, world: World, call: StepCall) -> JsonValue:
        await send(world, call.run, request(SignalType.UPDATE_PARAMETERS, "u", parameters={"n": 2}))
        await recorded(world, call.run, "SignalApplied u")
        return None

    async def test_reuse_is_decided_once(self) -> None:
        """A crash between the start and the first dispatch finds the same; later nothing is taken over any more."""
        world, run = await self.failed({"stepId": "a", "codeVersion": "1"})
        decided = await send(world, run, request(SignalType.RETRY_RUN, "again"))
        new = RunKey("local", decided.run_id)
        for _ in range(2):
            await world.engine().loader.load(new, reference(new))
        assert world.told(new) == ["RunQueued", "RunStarted", "StepCompleted a 1"]
        await world.engine().settle(new)
        assert world.told(new)[3:] == ["StepStarted last 1", "StepCompleted last 1", "RunCompleted"]

    async def test_what_happened_since_is_not_overruled(self) -> None:
        world, run = await self.failed({"stepId": "a", "codeVersion": "1"})
        new = RunKey("local", (await send(world, run, request(SignalType.RETRY_RUN, "again"))).run_id)
        engine = world.engine()
        material = await engine.loader.materials.of(new)
        reuse = engine.loader.reuse
        assert reuse is not None
        assert [fact.subject_id for fact in await reuse.of(new, run, material)] == ["a"]
        assert await reuse.of(new, RunKey("local", SystemIds().run_id()), material) == ()
        started = Fact("StepStarted", PAYLOADS["StepStarted"], "a")
        await engine.loader.load(new, reference(new))
        other = await world.queue(plan_of(*STEPS))
        await engine.loader.load(other, reference(other))
        snapshot = (await world.stored(other)).snapshot
        await Recorder(world.store, SystemClock(), SystemIds()).append(identity_of(other, snapshot), [started])
        assert await reuse.of(other, run, await engine.loader.materials.of(other)) == ()

    @pytest.mark.parametrize("now", [{}, {"x": 2}], ids=["gone", "changed"])
    async def test_an_input_that_is_another_is_worked_for_again(self, now: JsonObject) -> None:
        schema: JsonObject = {"type": "object", "properties": {"n": {"type": "object"}}}
        step: JsonObject = {"stepId": "a", "codeVersion": "1", "with": {"output": {"$input": "/n/x"}}}
        world = World()
        engine = world.engine()
        run = await world.queue(plan_of(step, inputs=schema), {"n": {"x": 1}})
        await engine.settle(run)
        other = await world.queue(plan_of(step, inputs=schema), {"n": now})
        await engine.loader.load(other, reference(other))
        reuse = engine.loader.reuse
        assert reuse is not None
        assert await reuse.of(other, run, await engine.loader.materials.of(other)) == ()


async def recorded(world: World, run: RunKey, entry: str) -> None:
    """Wait until the log of a run holds a line."""
    async with asyncio.timeout(20):
        while entry not in world.told(run):
            world.store.appended.clear()
            await world.store.appended.wait()


async def broken(call: StepCall) -> JsonValue:
    raise StepError(f"step {call.step_id} breaks", code="PYTHON_RAISED")
