"""TemporalEngine: starts happen once, signals find or make an interpreter, errors say what to do."""

import asyncio

import pytest
from dvt_contracts.base import JsonValue
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_engine_core.errors import RejectedError, UnavailableError
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.system import SystemIds
from dvt_engine_core.testing.world import ACTOR, plan_of
from dvt_temporal_adapter.connection import Connection, TemporalSettings
from dvt_temporal_adapter.controller import TemporalEngine
from dvt_temporal_adapter.testing.server import TemporalServer
from dvt_temporal_adapter.testing.stage import Stage, events
from dvt_temporal_adapter.worker import WorkerHost

LINE_LOG = ["RunQueued", "RunStarted", "StepStarted a 1", "StepCompleted a 1", "RunCompleted"]


async def hang(_: StepCall) -> JsonValue:
    await asyncio.sleep(3600)
    return None


async def test_a_run_that_is_open_is_not_started_twice(at: Stage) -> None:
    at.world.executor.behaviours["a"] = hang
    run = await at.world.queue(plan_of({"stepId": "a"}))
    await at.until_called()
    first, second = await asyncio.gather(at.engine.start(run), at.engine.start(run))
    assert first == second == (await at.engine.describe(run)).ref
    assert (await at.engine.describe(run)).status == "open"
    assert len(at.world.executor.calls) == 1


async def test_a_run_that_ended_is_loaded_again_and_nothing_happens(at: Stage) -> None:
    run = await at.finish(plan_of({"stepId": "a"}))
    first = await at.history(run)
    await at.engine.start(run)
    second = await at.history(run)
    assert second.run_id != first.run_id
    assert events(second)["MARKER_RECORDED"] == 1
    assert events(second)["ACTIVITY_TASK_SCHEDULED"] == 0
    assert at.world.told(run) == LINE_LOG
    assert len(at.world.executor.calls) == 1


async def test_a_run_whose_workflow_was_terminated_goes_on_with_the_next_start(at: Stage) -> None:
    async def hang_at_first(call: StepCall) -> JsonValue:
        return await hang(call) if len(at.world.executor.calls) == 2 else None

    at.world.executor.behaviours["b"] = hang_at_first
    run = await at.world.queue(plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}))
    await at.until_called(2)
    await at.engine.cancel(run)
    assert (await at.engine.describe(run)).status == "closed"
    await at.engine.start(run)
    await at.ended(run)
    assert [entry for entry in at.world.told(run) if " a " in entry] == ["StepStarted a 1", "StepCompleted a 1"]
    assert [entry for entry in at.world.told(run) if " b " in entry] == [
        "StepStarted b 1",
        "StepRedelivered b 1",
        "StepCompleted b 1",
    ]


async def test_a_signal_brings_back_an_interpreter_that_is_lost(at: Stage) -> None:
    at.world.executor.behaviours["a"] = hang
    run = await at.world.queue(
        plan_of({"stepId": "a", "heartbeatTimeoutMs": 1000}, {"stepId": "b", "dependsOn": ["a"]})
    )
    await at.until_called()
    await at.engine.cancel(run)
    await at.world.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
    snapshot = await at.ended(run)
    assert snapshot.status is RunStatus.CANCELLED
    assert at.world.told(run)[3:] == [
        "SignalAccepted c1",
        "SignalApplied c1",
        "RunCancelling",
        "StepSkipped b 1",
        "StepCancelled a 1",
        "RunCancelled",
    ]


async def test_stopping_what_does_not_run_is_fine(at: Stage) -> None:
    unknown = RunKey("local", SystemIds().run_id())
    await at.engine.cancel(unknown)
    assert (await at.engine.describe(unknown)).status == "unknown"
    run = await at.finish(plan_of({"stepId": "a"}))
    await at.history(run)
    await at.engine.cancel(run)
    assert (await at.engine.describe(run)).detail == "completed"


async def test_a_server_that_is_away_is_unavailable() -> None:
    engine = TemporalEngine(Connection(TemporalSettings("127.0.0.1:1", call_timeout_ms=3000)))
    with pytest.raises(UnavailableError, match=r"\[ENGINE_UNAVAILABLE\] Temporal at 127\.0\.0\.1:1") as caught:
        await engine.start(RunKey("local", SystemIds().run_id()))
    assert caught.value.retryable
    assert caught.value.hint == "Check DVT_TEMPORAL_ADDRESS and the server."


async def test_a_worker_of_a_namespace_that_is_not_there_says_so(temporal: TemporalServer) -> None:
    connection = Connection(TemporalSettings(temporal.address, namespace="nowhere"))
    with pytest.raises(RejectedError, match="ENGINE_REJECTED") as caught:
        await WorkerHost(connection, Stage(temporal.address).activities).run()
    assert "DVT_TEMPORAL_NAMESPACE" in str(caught.value.hint)


async def test_a_namespace_that_is_not_there_is_refused(temporal: TemporalServer) -> None:
    engine = TemporalEngine(Connection(TemporalSettings(temporal.address, namespace="nowhere")))
    run = RunKey("local", SystemIds().run_id())
    for call in (engine.start(run), engine.describe(run), engine.cancel(run)):
        with pytest.raises(RejectedError, match="ENGINE_REJECTED") as caught:
            await call
        assert "DVT_TEMPORAL_NAMESPACE" in str(caught.value.hint)
