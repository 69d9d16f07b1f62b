"""What operators may ask of a run: pause and resume, steps, parameters, an emergency stop, another run."""

import asyncio

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.glossary.v1.status import RunStatus, RunSubstatus, SignalType
from pydantic import MISSING

from dvt_engine_core.hashes import outcome_hash
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.conformance.engine_harness import (
    LINE,
    EngineFactory,
    applied,
    codes,
    ended,
    fails,
    finish,
    hang,
    output,
    reached,
    read_told,
    running,
    send,
    until,
)
from dvt_engine_core.testing.world import plan_of


async def a_pause_drains_and_a_resume_goes_on(factory: EngineFactory) -> None:
    """A pause lets finish what was dispatched and starts nothing; a resume brings the undisturbed outcome."""
    async with factory() as under:
        _, control = await finish(under, *LINE)
        gate = asyncio.Event()

        async def wait(_: StepCall) -> JsonValue:
            await gate.wait()
            return 1

        under.executor.behaviours["a"] = wait
        run = await under.queue(plan_of(*LINE))
        await running(under, run, "a")
        await send(under, run, SignalType.PAUSE, "p1")
        await reached(under, run, RunSubstatus.DRAINING)
        await send(under, run, SignalType.PAUSE, "p2")
        assert await applied(under, run, "p2") == ("moot", "RUN_PAUSED")
        gate.set()
        await reached(under, run, RunSubstatus.DRAINED)
        await send(under, run, SignalType.RESUME, "r1")
        snapshot = await ended(under, run)
        assert outcome_hash(snapshot) == outcome_hash(control)
        told = await read_told(under, run)
        assert told.index("RunDrained") == told.index("StepCompleted a 1") + 1
        assert told.index("StepStarted b 1") > told.index("RunResumed")


async def a_pause_of_a_pending_run_comes_before_its_first_step(factory: EngineFactory) -> None:
    """A pause accepted while PENDING is applied right after RunStarted; a resume behind it too, in their order."""
    async with factory() as under:
        await under.hold()
        run = await under.queue(plan_of(*LINE))
        await send(under, run, SignalType.PAUSE, "p1")
        await under.release()
        await reached(under, run, RunSubstatus.DRAINED)
        assert await read_told(under, run) == [
            "RunQueued",
            "SignalAccepted p1",
            "RunStarted",
            "SignalApplied p1",
            "RunPaused",
            "RunDrained",
        ]
        await send(under, run, SignalType.RESUME, "r1")
        assert (await ended(under, run)).status is RunStatus.COMPLETED


async def a_crash_while_paused_dispatches_again_what_ran(factory: EngineFactory) -> None:
    """After a crash a paused run stays paused; what was recorded as running is delivered again and drains."""
    async with factory() as under:
        crashed = asyncio.Event()

        async def once(call: StepCall) -> JsonValue:
            return None if crashed.is_set() else await hang(call)

        under.executor.behaviours["a"] = once
        run = await under.queue(plan_of({**LINE[0], "heartbeatTimeoutMs": 1000}, *LINE[1:]))
        await running(under, run, "a")
        await send(under, run, SignalType.PAUSE, "p1")
        await reached(under, run, RunSubstatus.DRAINING)
        crashed.set()
        await under.crash()
        snapshot = await reached(under, run, RunSubstatus.DRAINED)
        assert [(step.step_id, step.status.value, step.attempt) for step in snapshot.steps] == [("a", "SUCCEEDED", 1)]
        await send(under, run, SignalType.RESUME, "r1")
        assert (await ended(under, run)).status is RunStatus.COMPLETED


async def a_cancel_of_a_paused_run_resumes_it_first(factory: EngineFactory) -> None:
    """[EXEC-042]: a cancel while PAUSED is RunResumed, then RunCancelling."""
    async with factory() as under:
        await under.hold()
        run = await under.queue(plan_of(*LINE))
        await send(under, run, SignalType.PAUSE, "p1")
        await under.release()
        await reached(under, run, RunSubstatus.DRAINED)
        await send(under, run, SignalType.CANCEL, "c1")
        await ended(under, run)
        assert (await read_told(under, run))[-6:] == [
            "RunResumed",
            "RunCancelling",
            *(f"StepSkipped {step} 1" for step in "abc"),
            "RunCancelled",
        ]


async def an_emergency_stop_leaves_no_grace_and_no_clean_up(factory: EngineFactory) -> None:
    """Emergency stop: everything is cancelled or skipped, clean-up steps too, also after a cancel."""
    async with factory() as under:

        async def stubborn(call: StepCall) -> JsonValue:
            try:
                return await hang(call)
            except asyncio.CancelledError:
                return await hang(call)

        under.executor.behaviours["a"] = stubborn
        tidy: JsonObject = {"stepId": "tidy", "dependsOn": ["a"], "runIf": "all-done"}
        run = await under.queue(plan_of({"stepId": "a"}, tidy, cancelGraceMs=600_000))
        await running(under, run, "a")
        await send(under, run, SignalType.CANCEL, "c1")
        await reached(under, run, RunSubstatus.CANCELLING)
        await send(under, run, SignalType.EMERGENCY_STOP, "e1")
        snapshot = await ended(under, run)
        assert snapshot.ended is not MISSING
        assert (snapshot.status, snapshot.ended.code) == (RunStatus.CANCELLED, "EMERGENCY_STOP")
        assert codes(snapshot) == {"a": "EMERGENCY_STOP", "tidy": "RUN_CANCELLED"}


async def a_skipped_step_gives_way(factory: EngineFactory) -> None:
    """Skip step: SKIPPED with BY_OPERATOR, dependents follow, the run completes; the table answers for the others."""
    async with factory() as under:
        under.executor.behaviours["a"] = hang
        run = await under.queue(plan_of(*LINE, {"stepId": "x", "dependsOn": ["a"]}))
        await running(under, run, "a")
        rejected = await send(under, run, SignalType.SKIP_STEP, "s0", stepId="a")
        assert (rejected.decision.value, rejected.code) == ("rejected", "STEP_RUNNING")
        await send(under, run, SignalType.SKIP_STEP, "s1", stepId="b")
        assert await applied(under, run, "s1") == ("applied", None)
        await send(under, run, SignalType.SKIP_STEP, "s2", stepId="nobody")
        assert await applied(under, run, "s2") == ("moot", "STEP_NOT_FOUND")
        under.executor.behaviours.pop("a")
        await under.crash()
        snapshot = await ended(under, run)
        assert snapshot.status is RunStatus.COMPLETED
        assert codes(snapshot) == {"b": "BY_OPERATOR", "c": "UPSTREAM_SKIPPED"}


async def a_retry_by_an_operator_does_not_wait(factory: EngineFactory) -> None:
    """Retry step while it waits for its timer: it starts now; what is no failure is rejected."""
    async with factory() as under:
        under.executor.behaviours["a"] = lambda call: fails(call) if call.attempt == 1 else _one(call)
        run = await under.queue(
            plan_of({"stepId": "a", "retry": {"maxAttempts": 2, "initialMs": 3_600_000, "maxMs": 3_600_000}}, *LINE[1:])
        )
        await until(under, run, lambda snapshot: codes(snapshot) == {"a": "PYTHON_RAISED"})
        rejected = await send(under, run, SignalType.RETRY_STEP, "s0", stepId="b")
        assert (rejected.decision.value, rejected.code) == ("rejected", "STEP_NOT_FAILED")
        await send(under, run, SignalType.RETRY_STEP, "s1", stepId="a")
        snapshot = await ended(under, run)
        assert snapshot.status is RunStatus.COMPLETED
        assert [entry for entry in await read_told(under, run) if entry.startswith("SignalRejected")] == [
            "SignalRejected s0"
        ]


async def _one(_: StepCall) -> JsonValue:
    return 1


async def updated_parameters_reach_the_next_attempts(factory: EngineFactory) -> None:
    """Update parameters: later attempts see the new inputs; what misses the schema is moot as a whole."""
    async with factory() as under:
        under.executor.behaviours["a"] = hang
        schema: JsonObject = {"type": "object", "properties": {"n": {"type": "integer", "default": 1}}}
        run = await under.queue(
            plan_of(
                {"stepId": "a", "with": {"output": {"$input": "/n"}}, "heartbeatTimeoutMs": 1000},
                {"stepId": "b", "dependsOn": ["a"], "with": {"output": {"$input": "/n"}}},
                inputs=schema,
            )
        )
        await running(under, run, "a")
        await send(under, run, SignalType.UPDATE_PARAMETERS, "u1", parameters={"n": "many"})
        assert await applied(under, run, "u1") == ("moot", "INPUTS_INVALID")
        await send(under, run, SignalType.UPDATE_PARAMETERS, "u2", parameters={"n": 2})
        assert await applied(under, run, "u2") == ("applied", None)
        under.executor.behaviours.pop("a")
        await under.crash()
        snapshot = await ended(under, run)
        assert (output(snapshot, "a"), output(snapshot, "b")) == (1, 2)


async def a_retried_run_reuses_what_has_not_changed(factory: EngineFactory) -> None:
    """[EXEC-045], [SIGNAL-017]: a new run, linked; steps with the same key are taken over before any dispatch."""
    async with factory() as under:
        steps: list[JsonObject] = [
            {"stepId": "a", "codeVersion": "1", "with": {"output": 1}},
            {"stepId": "free", "dependsOn": ["a"]},
            {"stepId": "b", "dependsOn": ["a"], "codeVersion": "1"},
        ]
        under.executor.behaviours["b"] = fails
        run, snapshot = await finish(under, *steps, onStepFailure="finish-running")
        assert snapshot.status is RunStatus.FAILED
        under.executor.behaviours.pop("b")
        under.executor.calls.clear()
        decided = [await send(under, run, SignalType.RETRY_RUN, "again") for _ in range(2)]
        assert decided[0] == decided[1]
        again = RunKey(run.tenant_id, decided[0].run_id)
        assert again != run
        snapshot = await ended(under, again)
        assert snapshot.status is RunStatus.COMPLETED
        assert snapshot.queued is not MISSING
        assert snapshot.queued.parent_run_id == run.run_id
        assert sorted(call.step_id for call in under.executor.calls) == ["b", "free"]
        assert (await read_told(under, again))[:3] == ["RunQueued", "RunStarted", "StepCompleted a 1"]
