"""What a failure does to a run, and what it leaves alone: policies, skips, conditions, clean-up, the deadline."""

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.glossary.v1.status import RunStatus, RunSubstatus, SignalType
from pydantic import MISSING

from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.testing.conformance.engine_harness import (
    LINE,
    EngineFactory,
    EngineHarness,
    applied,
    codes,
    ended,
    fails,
    finish,
    hang,
    reached,
    read_told,
    running,
    send,
)
from dvt_engine_core.testing.world import ACTOR, plan_of


async def break_beside(under: EngineHarness, call: StepCall, *, other: str) -> JsonValue:
    """Fail once another step runs."""
    await running(under, call.run, other)
    return await fails(call)


async def finish_running_waits_for_what_runs(factory: EngineFactory) -> None:
    """Finish-running: RunFailing, the rest skipped, what runs is waited for and counts."""
    async with factory() as under:

        async def slow(call: StepCall) -> JsonValue:
            await reached(under, call.run, RunSubstatus.FAILING)
            return "done"

        under.executor.behaviours["slow"] = slow
        under.executor.behaviours["bad"] = lambda call: break_beside(under, call, other="slow")
        run, snapshot = await finish(
            under,
            {"stepId": "slow"},
            {"stepId": "bad"},
            {"stepId": "next", "dependsOn": ["slow"]},
            onStepFailure="finish-running",
        )
        assert snapshot.status is RunStatus.FAILED
        assert codes(snapshot) == {"bad": "PYTHON_RAISED", "next": "RUN_FAILING"}
        assert (await read_told(under, run))[-4:] == [
            "RunFailing",
            "StepSkipped next 1",
            "StepCompleted slow 1",
            "RunFailed",
        ]


async def continue_independent_skips_dependents_only(factory: EngineFactory) -> None:
    """Continue-independent: dependents are skipped, each with its reason, all else runs; then the run is FAILED."""
    async with factory() as under:
        under.executor.behaviours["bad"] = fails
        _, snapshot = await finish(
            under,
            {"stepId": "bad"},
            {"stepId": "b", "dependsOn": ["bad"]},
            {"stepId": "c", "dependsOn": ["b"]},
            {"stepId": "x"},
            {"stepId": "y", "dependsOn": ["x"]},
            onStepFailure="continue-independent",
        )
        assert snapshot.status is RunStatus.FAILED
        assert codes(snapshot) == {"bad": "PYTHON_RAISED", "b": "UPSTREAM_FAILED", "c": "UPSTREAM_SKIPPED"}
        assert {step.step_id for step in snapshot.steps if step.status.value == "SUCCEEDED"} == {"x", "y"}


async def pause_on_failure_waits_for_an_operator(factory: EngineFactory) -> None:
    """Policy pause: RunPaused names the step; a retry of it, then a resume, and the run is as if nothing had failed."""
    async with factory() as under:
        under.executor.behaviours["b"] = lambda call: fails(call) if call.attempt == 1 else _nothing(call)
        run = await under.queue(plan_of(*LINE, onStepFailure="pause"))
        snapshot = await reached(under, run, RunSubstatus.DRAINED)
        assert codes(snapshot) == {"b": "PYTHON_RAISED"}
        assert (await send(under, run, SignalType.RETRY_STEP, "again", stepId="b")).decision.value == "accepted"
        assert await applied(under, run, "again") == ("applied", None)
        await send(under, run, SignalType.RESUME, "go")
        assert (await ended(under, run)).status is RunStatus.COMPLETED
        told = await read_told(under, run)
        assert told[told.index("StepFailed b 1") + 1 :] == [
            "RunPaused",
            "RunDrained",
            "SignalAccepted again",
            "SignalApplied again",
            "SignalAccepted go",
            "SignalApplied go",
            "RunResumed",
            "StepStarted b 2",
            "StepCompleted b 2",
            "StepStarted c 1",
            "StepCompleted c 1",
            "RunCompleted",
        ]


async def _nothing(_: StepCall) -> JsonValue:
    return None


async def resume_accepts_a_failure(factory: EngineFactory) -> None:
    """[EXEC-043]: a resume with a step out of attempts accepts its failure: dependents skipped, the run FAILED."""
    async with factory() as under:
        under.executor.behaviours["a"] = fails
        run = await under.queue(plan_of(*LINE, {"stepId": "x"}, onStepFailure="pause"))
        await reached(under, run, RunSubstatus.DRAINED)
        await send(under, run, SignalType.RESUME, "go")
        snapshot = await ended(under, run)
        assert snapshot.status is RunStatus.FAILED
        assert codes(snapshot) == {"a": "PYTHON_RAISED", "b": "UPSTREAM_FAILED", "c": "UPSTREAM_SKIPPED"}


async def clean_up_runs_whatever_happened(factory: EngineFactory) -> None:
    """A step with runIf all-done runs after a failure and after a cancel, with its retries, and changes no ending."""
    async with factory() as under:
        tidy: JsonObject = {
            "stepId": "tidy",
            "dependsOn": ["b"],
            "runIf": "all-done",
            "retry": {"maxAttempts": 2, "initialMs": 10},
        }
        under.executor.behaviours["tidy"] = lambda call: fails(call) if call.attempt == 1 else _nothing(call)
        under.executor.behaviours["a"] = fails
        _, snapshot = await finish(under, *LINE, tidy)
        assert snapshot.status is RunStatus.FAILED
        assert codes(snapshot) == {"a": "PYTHON_RAISED", "b": "RUN_FAILING", "c": "RUN_FAILING"}
        under.executor.behaviours["a"] = hang
        under.executor.behaviours["tidy"] = fails
        run = await under.queue(plan_of(*LINE, tidy))
        await running(under, run, "a")
        await under.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
        snapshot = await ended(under, run)
        assert snapshot.status is RunStatus.CANCELLED
        assert codes(snapshot)["tidy"] == "PYTHON_RAISED"
        assert [entry for entry in await read_told(under, run) if "StepFailed tidy" in entry] == [
            "StepFailed tidy 1",
            "StepFailed tidy 2",
        ]


async def the_deadline_ends_a_run(factory: EngineFactory) -> None:
    """Past its deadline a run fails as by fail-fast, with RUN_DEADLINE; a paused one is resumed first."""
    async with factory() as under:
        under.executor.behaviours["a"] = hang
        _, snapshot = await finish(under, *LINE, deadlineMs=300, onStepFailure="continue-independent")
        assert snapshot.ended is not MISSING
        assert (snapshot.status, snapshot.ended.code) == (RunStatus.FAILED, "RUN_DEADLINE")
        assert codes(snapshot) == dict.fromkeys("abc", "RUN_FAILING")
        del under.executor.behaviours["a"]
        await under.hold()
        run = await under.queue(plan_of(*LINE, deadlineMs=300))
        await send(under, run, SignalType.PAUSE, "wait")
        await under.release()
        await ended(under, run)
        assert (await read_told(under, run))[3:] == [
            "SignalApplied wait",
            "RunPaused",
            "RunDrained",
            "RunResumed",
            "RunFailing",
            *(f"StepSkipped {step} 1" for step in "abc"),
            "RunFailed",
        ]


async def a_condition_decides_whether_a_step_runs(factory: EngineFactory) -> None:
    """When: false skips the step and what needs it, before its start; an error fails it for good."""
    async with factory() as under:
        run, snapshot = await finish(
            under,
            {"stepId": "a", "with": {"output": {"rows": 3}}},
            {"stepId": "yes", "dependsOn": ["a"], "when": 'steps.a.output.rows > 2 && steps.a.status == "SUCCEEDED"'},
            {"stepId": "no", "dependsOn": ["a"], "when": "steps.a.output.rows > 3"},
            {"stepId": "after", "dependsOn": ["no"]},
            {"stepId": "odd", "dependsOn": ["a"], "when": "steps.a.output.columns > 3", "retry": {"maxAttempts": 3}},
            onStepFailure="continue-independent",
        )
        assert codes(snapshot) == {"no": "WHEN_FALSE", "after": "UPSTREAM_SKIPPED", "odd": "WHEN_ERROR"}
        told = [entry for entry in await read_told(under, run) if " no " in entry or " odd " in entry]
        assert sorted(told) == ["StepFailed odd 1", "StepSkipped no 1"]
        assert [call.step_id for call in under.executor.calls] == ["a", "yes"]
