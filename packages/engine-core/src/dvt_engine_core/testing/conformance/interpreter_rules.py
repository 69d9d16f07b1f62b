"""The rules of interpreters: one scenario per clause of execution-semantics, run whole by every engine adapter."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol, TypeAlias

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.loader import parse_event
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.glossary.v1.status import RunStatus
from pydantic import MISSING

from dvt_engine_core.errors import StepError
from dvt_engine_core.facts import fact_of
from dvt_engine_core.hashes import outcome_hash
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey, StateStore
from dvt_engine_core.services.workflow_engine import WorkflowEngine
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.memory_runtime import ScriptedExecutor
from dvt_engine_core.testing.world import ACTOR, line, plan_of
from dvt_engine_core.transitions import TERMINAL

SOON_S: Final = 30.0


class EngineHarness(Protocol):
    """An engine that delivers its intents by itself and runs `executor` for steps of kind `noop`."""

    executor: ScriptedExecutor

    @property
    def store(self) -> StateStore:
        """Where the engine records."""
        ...

    @property
    def service(self) -> WorkflowEngine:
        """What callers use."""
        ...

    async def queue(self, plan: JsonObject, inputs: JsonObject | None = None) -> RunKey:
        """Push a plan and start a run of it."""
        ...

    async def tamper(self, run: RunKey) -> None:
        """Change the bytes of the run's plan in the plan store."""
        ...

    async def hold(self) -> None:
        """Stop delivering intents."""
        ...

    async def release(self) -> None:
        """Deliver intents again."""
        ...

    async def crash(self) -> None:
        """Lose every worker and interpreter process at once, as by SIGKILL, and bring up new ones."""
        ...


EngineFactory: TypeAlias = Callable[[], AbstractAsyncContextManager[EngineHarness]]


async def _snapshot(under: EngineHarness, run: RunKey) -> RunSnapshot:
    return (await under.service.get_run_status(run)).snapshot


async def _until(under: EngineHarness, run: RunKey, true: Callable[[RunSnapshot], bool]) -> RunSnapshot:
    async with asyncio.timeout(SOON_S):
        while True:
            snapshot = await _snapshot(under, run)
            if true(snapshot):
                return snapshot
            await asyncio.sleep(0.01)


async def _ended(under: EngineHarness, run: RunKey) -> RunSnapshot:
    return await _until(under, run, lambda snapshot: snapshot.status in TERMINAL)


async def _running(under: EngineHarness, run: RunKey, step_id: str) -> None:
    def runs(snapshot: RunSnapshot) -> bool:
        return any(step.step_id == step_id and step.status.value == "RUNNING" for step in snapshot.steps)

    await _until(under, run, runs)


async def _finish(under: EngineHarness, *steps: JsonObject, **fields: JsonValue) -> tuple[RunKey, RunSnapshot]:
    run = await under.queue(plan_of(*steps, **fields))
    return run, await _ended(under, run)


async def _told(under: EngineHarness, run: RunKey) -> list[str]:
    facts = [fact_of(parse_event(record.event.document())) async for record in under.store.read_events(run)]
    return [line(fact) for fact in facts if fact]


def _codes(snapshot: RunSnapshot) -> dict[str, str]:
    codes = {}
    for step in snapshot.steps:
        if step.outcome is not MISSING and step.outcome.code is not MISSING:
            codes[step.step_id] = step.outcome.code
        if step.skip is not MISSING:
            codes[step.step_id] = step.skip.code.value
    return codes


def _output(snapshot: RunSnapshot, step_id: str) -> JsonValue:
    step = next(step for step in snapshot.steps if step.step_id == step_id)
    assert step.outcome is not MISSING
    return None if step.outcome.output is MISSING else step.outcome.output


async def _hang(call: StepCall) -> JsonValue:
    await asyncio.sleep(3600)
    return call.step_id


async def _break(call: StepCall) -> JsonValue:
    raise StepError(f"step {call.step_id} breaks", code="PYTHON_RAISED")


_LINE: Final[Sequence[JsonObject]] = (
    {"stepId": "a", "with": {"output": 1}},
    {"stepId": "b", "dependsOn": ["a"]},
    {"stepId": "c", "dependsOn": ["b"]},
)
_LINE_LOG: Final = [
    "RunQueued",
    "RunStarted",
    *(f"{event} {step} 1" for step in "abc" for event in ("StepStarted", "StepCompleted")),
    "RunCompleted",
]


async def a_linear_plan_runs_in_order(factory: EngineFactory) -> None:
    """A step starts when its dependencies are done; the log of a linear plan has one order."""
    async with factory() as under:
        run, snapshot = await _finish(under, *_LINE)
        assert snapshot.status is RunStatus.COMPLETED
        assert await _told(under, run) == _LINE_LOG


async def independent_steps_run_together(factory: EngineFactory) -> None:
    """Steps without an order between them are in flight at once, and no layer waits for another."""
    async with factory() as under:
        meeting = asyncio.Barrier(2)

        async def meet(_: StepCall) -> JsonValue:
            async with asyncio.timeout(SOON_S):
                await meeting.wait()
            return None

        under.executor.behaviours |= {"a": meet, "d": meet}
        steps = (
            {"stepId": "a"},
            {"stepId": "b"},
            {"stepId": "c", "dependsOn": ["b"]},
            {"stepId": "d", "dependsOn": ["c"]},
        )
        _, snapshot = await _finish(under, *steps)
        assert snapshot.status is RunStatus.COMPLETED


async def a_diamond_joins(factory: EngineFactory) -> None:
    """A join starts once, after all its dependencies, and sees their outputs."""
    async with factory() as under:
        references: JsonObject = {"output": [{"$output": {"step": "left"}}, {"$output": {"step": "right", "at": "/n"}}]}
        run, snapshot = await _finish(
            under,
            {"stepId": "top"},
            {"stepId": "left", "dependsOn": ["top"], "with": {"output": "l"}},
            {"stepId": "right", "dependsOn": ["top"], "with": {"output": {"n": 7}}},
            {"stepId": "join", "dependsOn": ["left", "right"], "with": references},
        )
        assert _output(snapshot, "join") == ["l", 7]
        assert [entry for entry in await _told(under, run) if "join" in entry] == [
            "StepStarted join 1",
            "StepCompleted join 1",
        ]


async def inputs_reach_steps_with_defaults(factory: EngineFactory) -> None:
    """References see the effective inputs; a pointer to nothing fails the step for good."""
    async with factory() as under:
        schema: JsonObject = {
            "type": "object",
            "properties": {"name": {"type": "string", "default": "ana"}, "deep": {"type": "object"}},
        }
        plan = plan_of(
            {"stepId": "a", "with": {"output": {"$input": "/name"}}},
            {"stepId": "b", "dependsOn": ["a"], "with": {"output": {"$input": "/deep/x"}}, "retry": {"maxAttempts": 3}},
            inputs=schema,
        )
        run = await under.queue(plan, {"deep": {}})
        snapshot = await _ended(under, run)
        assert _output(snapshot, "a") == "ana"
        assert _codes(snapshot) == {"b": "REF_UNAVAILABLE"}
        assert [entry for entry in await _told(under, run) if " b " in entry] == ["StepStarted b 1", "StepFailed b 1"]


async def a_failed_step_is_tried_again_by_its_policy(factory: EngineFactory) -> None:
    """A retry is a new attempt after its delay; the outcome equals that of a run that never failed."""
    async with factory() as under:
        _, control = await _finish(under, *_LINE[:1], {**_LINE[1], "retry": {"maxAttempts": 2, "initialMs": 20}})

        async def flaky(call: StepCall) -> JsonValue:
            return await _break(call) if call.attempt == 1 else None

        under.executor.behaviours["b"] = flaky
        run, snapshot = await _finish(under, *_LINE[:1], {**_LINE[1], "retry": {"maxAttempts": 2, "initialMs": 20}})
        assert [entry for entry in await _told(under, run) if " b " in entry] == [
            "StepStarted b 1",
            "StepFailed b 1",
            "StepStarted b 2",
            "StepCompleted b 2",
        ]
        assert outcome_hash(snapshot) == outcome_hash(control)


async def fail_fast_cancels_and_skips(factory: EngineFactory) -> None:
    """A step out of attempts: RunFailing first, running steps cancelled, the rest skipped, the run FAILED."""
    async with factory() as under:
        under.executor.behaviours["slow"] = _hang

        async def late_break(call: StepCall) -> JsonValue:
            await _running(under, call.run, "slow")
            return await _break(call)

        under.executor.behaviours["bad"] = late_break
        run, snapshot = await _finish(
            under, {"stepId": "slow"}, {"stepId": "bad"}, {"stepId": "next", "dependsOn": ["bad"]}
        )
        assert snapshot.status is RunStatus.FAILED
        assert _codes(snapshot) == {"bad": "PYTHON_RAISED", "slow": "RUN_FAILING", "next": "RUN_FAILING"}
        told = await _told(under, run)
        assert told[-4:] == ["RunFailing", "StepSkipped next 1", "StepCancelled slow 1", "RunFailed"]


async def a_cancel_ends_what_runs_and_skips_the_rest(factory: EngineFactory) -> None:
    """Cancel: applied and RunCancelling first, pending steps skipped, running ones cancelled, the run CANCELLED."""
    async with factory() as under:
        under.executor.behaviours["b"] = _hang
        run = await under.queue(plan_of(*_LINE))
        await _running(under, run, "b")
        for _ in range(2):
            await under.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
        snapshot = await _ended(under, run)
        assert snapshot.status is RunStatus.CANCELLED
        assert (await _told(under, run))[5:] == [
            "SignalAccepted c1",
            "SignalApplied c1",
            "RunCancelling",
            "StepSkipped c 1",
            "StepCancelled b 1",
            "RunCancelled",
        ]


async def what_succeeds_after_a_cancel_request_is_completed(factory: EngineFactory) -> None:
    """After a cancel request success within the grace is StepCompleted; the run still ends CANCELLED."""
    async with factory() as under:

        async def stubborn(call: StepCall) -> JsonValue:
            try:
                return await _hang(call)
            except asyncio.CancelledError:
                return "done"

        under.executor.behaviours["b"] = stubborn
        run = await under.queue(plan_of(*_LINE))
        await _running(under, run, "b")
        await under.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
        snapshot = await _ended(under, run)
        assert snapshot.status is RunStatus.CANCELLED
        assert _output(snapshot, "b") == "done"


async def a_run_cancelled_before_its_start_has_no_steps(factory: EngineFactory) -> None:
    """A cancel that meets a PENDING run ends it from PENDING."""
    async with factory() as under:
        await under.hold()
        run = await under.queue(plan_of(*_LINE))
        await under.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
        await under.release()
        await _ended(under, run)
        assert await _told(under, run) == ["RunQueued", "SignalAccepted c1", "SignalApplied c1", "RunCancelled"]


async def a_step_over_its_limit_times_out(factory: EngineFactory) -> None:
    """The time limit of one execution fails the attempt with TIMEOUT, by the plan's retry policy."""
    async with factory() as under:
        under.executor.behaviours["a"] = _hang
        retry: JsonObject = {"maxAttempts": 2, "initialMs": 10}
        run, snapshot = await _finish(under, {"stepId": "a", "timeoutMs": 50, "retry": retry})
        assert _codes(snapshot) == {"a": "TIMEOUT"}
        assert [entry for entry in await _told(under, run) if "StepFailed" in entry] == [
            "StepFailed a 1",
            "StepFailed a 2",
        ]


async def no_more_steps_than_allowed_are_in_flight(factory: EngineFactory) -> None:
    """MaxParallelSteps bounds the steps in flight; all run in the end, first starts in plan order."""
    async with factory() as under:
        most = now = 0

        async def count(_: StepCall) -> JsonValue:
            nonlocal most, now
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.02)
            now -= 1
            return None

        names = [f"s{number}" for number in range(6)]
        under.executor.behaviours |= dict.fromkeys(names, count)
        _, snapshot = await _finish(under, *({"stepId": name} for name in names), maxParallelSteps=2)
        assert most == 2
        assert snapshot.status is RunStatus.COMPLETED


async def a_crash_in_mid_step_changes_no_outcome(factory: EngineFactory) -> None:
    """After a lost worker the attempt is delivered again: one StepStarted, one StepRedelivered, the same outcome."""
    async with factory() as under:
        steps = [{**step, "heartbeatTimeoutMs": 1000} for step in _LINE]
        _, control = await _finish(under, *steps)
        crashed = asyncio.Event()

        async def once(call: StepCall) -> JsonValue:
            return None if crashed.is_set() else await _hang(call)

        under.executor.behaviours["b"] = once
        run = await under.queue(plan_of(*steps))
        await _running(under, run, "b")
        crashed.set()
        await under.crash()
        snapshot = await _ended(under, run)
        assert [entry for entry in await _told(under, run) if " b " in entry] == [
            "StepStarted b 1",
            "StepRedelivered b 1",
            "StepCompleted b 1",
        ]
        assert outcome_hash(snapshot) == outcome_hash(control)


async def a_lost_worker_may_fail_the_step(factory: EngineFactory) -> None:
    """With onLostWorker fail the redelivered attempt runs nothing and fails for good."""
    async with factory() as under:
        under.executor.behaviours["a"] = _hang
        step: JsonObject = {
            "stepId": "a",
            "heartbeatTimeoutMs": 1000,
            "onLostWorker": "fail",
            "retry": {"maxAttempts": 3},
        }
        run = await under.queue(plan_of(step))
        await _until(under, run, lambda _: bool(under.executor.calls))
        await under.crash()
        snapshot = await _ended(under, run)
        assert _codes(snapshot) == {"a": "WORKER_LOST"}
        assert len(under.executor.calls) == 1


async def a_tampered_plan_is_refused(factory: EngineFactory) -> None:
    """A plan whose bytes do not hash to its reference fails the run before any step."""
    async with factory() as under:
        await under.hold()
        run = await under.queue(plan_of(*_LINE))
        await under.tamper(run)
        await under.release()
        snapshot = await _ended(under, run)
        assert snapshot.ended is not MISSING
        assert snapshot.ended.code == "PLAN_HASH_MISMATCH"
        assert await _told(under, run) == ["RunQueued", "RunFailed"]


async def an_unsupported_feature_is_refused(factory: EngineFactory) -> None:
    """A plan that needs a capability the engine lacks is refused, never half-run."""
    async with factory() as under:
        run, snapshot = await _finish(under, {"stepId": "a", "when": "true"})
        assert snapshot.ended is not MISSING
        assert snapshot.ended.code == "PLAN_CAPABILITY"
        assert await _told(under, run) == ["RunQueued", "RunFailed"]


async def inputs_that_miss_the_schema_fail_the_run(factory: EngineFactory) -> None:
    """Inputs are judged by the plan's schema before any step."""
    async with factory() as under:
        run = await under.queue(plan_of({"stepId": "a"}), {"unknown": 1})
        snapshot = await _ended(under, run)
        assert snapshot.ended is not MISSING
        assert snapshot.ended.code == "INPUTS_INVALID"


async def a_large_output_becomes_an_artifact(factory: EngineFactory) -> None:
    """An output over 16 KiB is spilled, hashed as its value, and found again by reference."""
    async with factory() as under:
        large = ["x" * 1000] * 20
        _, snapshot = await _finish(
            under,
            {"stepId": "a", "with": {"output": large}},
            {"stepId": "b", "dependsOn": ["a"], "with": {"output": {"$output": {"step": "a", "at": "/19"}}}},
        )
        spilled = snapshot.steps[0].outcome
        assert spilled is not MISSING
        assert spilled.output is MISSING
        assert spilled.output_artifact is not MISSING
        assert _output(snapshot, "b") == "x" * 1000


async def an_output_that_json_cannot_carry_fails_the_step(factory: EngineFactory) -> None:
    """What canonical JSON cannot express is OUTPUT_NOT_CANONICAL, what misses the schema OUTPUT_INVALID."""
    async with factory() as under:

        async def endless(_: StepCall) -> JsonValue:
            return float("inf")

        under.executor.behaviours["a"] = endless
        _, snapshot = await _finish(under, {"stepId": "a"})
        assert _codes(snapshot) == {"a": "OUTPUT_NOT_CANONICAL"}
        _, snapshot = await _finish(under, {"stepId": "b", "with": {"output": 1}, "output": {"type": "string"}})
        assert _codes(snapshot) == {"b": "OUTPUT_INVALID"}


async def a_second_start_changes_nothing(factory: EngineFactory) -> None:
    """Starting the interpreter of a run again, before and after its end, writes nothing to the run."""
    async with factory() as under:
        run, _ = await _finish(under, *_LINE)
        await under.crash()
        other, _ = await _finish(under, {"stepId": "z"})
        assert other != run
        assert await _told(under, run) == _LINE_LOG


INTERPRETER_RULES: Final[tuple[Rule[EngineFactory], ...]] = tuple(
    Rule(f"ENGINE-{number:03}", check)
    for number, check in enumerate(
        (
            a_linear_plan_runs_in_order,
            independent_steps_run_together,
            a_diamond_joins,
            inputs_reach_steps_with_defaults,
            a_failed_step_is_tried_again_by_its_policy,
            fail_fast_cancels_and_skips,
            a_cancel_ends_what_runs_and_skips_the_rest,
            what_succeeds_after_a_cancel_request_is_completed,
            a_run_cancelled_before_its_start_has_no_steps,
            a_step_over_its_limit_times_out,
            no_more_steps_than_allowed_are_in_flight,
            a_crash_in_mid_step_changes_no_outcome,
            a_lost_worker_may_fail_the_step,
            a_tampered_plan_is_refused,
            an_unsupported_feature_is_refused,
            inputs_that_miss_the_schema_fail_the_run,
            a_large_output_becomes_an_artifact,
            an_output_that_json_cannot_carry_fails_the_step,
            a_second_start_changes_nothing,
        ),
        start=1,
    )
)
