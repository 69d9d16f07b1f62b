"""Runs that end early, or that meet a crash."""

import asyncio

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.glossary.v1.status import RunStatus

from dvt_engine_core.hashes import outcome_hash
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.testing.conformance.engine_harness import (
    LINE,
    LINE_LOG,
    EngineFactory,
    codes,
    ended,
    fails,
    finish,
    hang,
    output,
    read_told,
    running,
    until,
)
from dvt_engine_core.testing.world import ACTOR, plan_of


async def fail_fast_cancels_and_skips(factory: EngineFactory) -> None:
    """A step out of attempts: RunFailing first, running steps cancelled, the rest skipped, the run FAILED."""
    async with factory() as under:
        under.executor.behaviours["slow"] = hang

        async def late_break(call: StepCall) -> JsonValue:
            await running(under, call.run, "slow")
            return await fails(call)

        under.executor.behaviours["bad"] = late_break
        run, snapshot = await finish(
            under, {"stepId": "slow"}, {"stepId": "bad"}, {"stepId": "next", "dependsOn": ["bad"]}
        )
        assert snapshot.status is RunStatus.FAILED
        assert codes(snapshot) == {"bad": "PYTHON_RAISED", "slow": "RUN_FAILING", "next": "RUN_FAILING"}
        told = await read_told(under, run)
        assert told[-4:] == ["RunFailing", "StepSkipped next 1", "StepCancelled slow 1", "RunFailed"]


async def a_cancel_ends_what_runs_and_skips_the_rest(factory: EngineFactory) -> None:
    """Cancel: applied and RunCancelling first, pending steps skipped, running ones cancelled, the run CANCELLED."""
    async with factory() as under:
        under.executor.behaviours["b"] = hang
        run = await under.queue(plan_of(*LINE))
        await running(under, run, "b")
        for _ in range(2):
            await under.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
        snapshot = await ended(under, run)
        assert snapshot.status is RunStatus.CANCELLED
        assert (await read_told(under, run))[5:] == [
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
                return await hang(call)
            except asyncio.CancelledError:
                return "done"

        under.executor.behaviours["b"] = stubborn
        run = await under.queue(plan_of(*LINE))
        await running(under, run, "b")
        await under.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
        snapshot = await ended(under, run)
        assert snapshot.status is RunStatus.CANCELLED
        assert output(snapshot, "b") == "done"


async def a_run_cancelled_before_its_start_has_no_steps(factory: EngineFactory) -> None:
    """A cancel that meets a PENDING run ends it from PENDING."""
    async with factory() as under:
        await under.hold()
        run = await under.queue(plan_of(*LINE))
        await under.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
        await under.release()
        await ended(under, run)
        assert await read_told(under, run) == ["RunQueued", "SignalAccepted c1", "SignalApplied c1", "RunCancelled"]


async def a_crash_in_mid_step_changes_no_outcome(factory: EngineFactory) -> None:
    """After a lost worker the attempt is delivered again: one StepStarted, one StepRedelivered, the same outcome."""
    async with factory() as under:
        steps = [{**step, "heartbeatTimeoutMs": 1000} for step in LINE]
        _, control = await finish(under, *steps)
        crashed = asyncio.Event()

        async def once(call: StepCall) -> JsonValue:
            return None if crashed.is_set() else await hang(call)

        under.executor.behaviours["b"] = once
        run = await under.queue(plan_of(*steps))
        await running(under, run, "b")
        crashed.set()
        await under.crash()
        snapshot = await ended(under, run)
        assert [entry for entry in await read_told(under, run) if " b " in entry] == [
            "StepStarted b 1",
            "StepRedelivered b 1",
            "StepCompleted b 1",
        ]
        assert outcome_hash(snapshot) == outcome_hash(control)


async def a_lost_worker_may_fail_the_step(factory: EngineFactory) -> None:
    """With onLostWorker fail the redelivered attempt runs nothing and fails for good."""
    async with factory() as under:
        under.executor.behaviours["a"] = hang
        step: JsonObject = {
            "stepId": "a",
            "heartbeatTimeoutMs": 1000,
            "onLostWorker": "fail",
            "retry": {"maxAttempts": 3},
        }
        run = await under.queue(plan_of(step))
        await until(under, run, lambda _: bool(under.executor.calls))
        await under.crash()
        snapshot = await ended(under, run)
        assert codes(snapshot) == {"a": "WORKER_LOST"}
        assert len(under.executor.calls) == 1


async def a_second_start_changes_nothing(factory: EngineFactory) -> None:
    """Starting the interpreter of a run again, before and after its end, writes nothing to the run."""
    async with factory() as under:
        run, _ = await finish(under, *LINE)
        await under.crash()
        other, _ = await finish(under, {"stepId": "z"})
        assert other != run
        assert await read_told(under, run) == LINE_LOG
