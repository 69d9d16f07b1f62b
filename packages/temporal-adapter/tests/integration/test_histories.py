"""What a run costs in Temporal's history, and that its history decides the same again."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_engine_core.errors import StepError
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.testing.world import ACTOR, plan_of
from dvt_temporal_adapter.testing.server import TemporalServer
from dvt_temporal_adapter.testing.stage import Stage, events, eventually, replay
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@activity.defn
async def nothing() -> None:
    """A step by hand."""


@workflow.defn(sandboxed=False)
class ByHand:
    """What one writes without DVT."""

    @workflow.run
    async def run(self, steps: int) -> None:
        for _ in range(steps):
            await workflow.execute_activity(nothing, start_to_close_timeout=timedelta(seconds=10))


async def history_by_hand(address: str, steps: int) -> WorkflowHistory:
    client = await Client.connect(address)
    async with Worker(client, task_queue="by-hand", workflows=[ByHand], activities=[nothing]):
        handle = await client.start_workflow(ByHand.run, steps, id=f"by-hand-{steps}", task_queue="by-hand")
        await handle.result()
        return await handle.fetch_history()


def line_of(steps: int) -> list[JsonObject]:
    return [{"stepId": f"s{at}", "dependsOn": [f"s{at - 1}"] if at else []} for at in range(steps)]


@pytest.mark.parametrize("steps", [1, 3, 10])
async def test_a_run_costs_two_events_more_than_a_workflow_by_hand(
    at: Stage, temporal: TemporalServer, steps: int
) -> None:
    run = await at.finish(plan_of(*line_of(steps)))
    ours = events(await at.history(run))
    base = events(await history_by_hand(temporal.address, steps))
    assert ours.total() == 7 + 6 * steps
    assert base.total() == 5 + 6 * steps
    assert ours - base == {"MARKER_RECORDED": 2}


async def test_one_queue_for_all_classes_costs_the_same(temporal: TemporalServer) -> None:
    async with Stage(temporal.address, one_queue=True) as at:
        at.work()
        at.deliver()
        classes = ("control", "data", "isolation")
        steps = [{**step, "workerClass": name} for step, name in zip(line_of(3), classes, strict=True)]
        history = await at.history(await at.finish(plan_of(*steps)))
        assert events(history).total() == 7 + 6 * 3
        await both_ways(history)


async def test_payloads_are_ids_and_verdicts_only(at: Stage) -> None:
    large = "x" * 10_000
    run = await at.finish(plan_of({"stepId": "a", "with": {"output": large}}, {"stepId": "b", "dependsOn": ["a"]}))
    history = await at.history(run)
    assert max(event.ByteSize() for event in history.events) < 2048
    assert large not in history.to_json()


async def fail_once(call: StepCall) -> JsonValue:
    if call.attempt == 1:
        raise StepError("not yet", code="PYTHON_RAISED")
    return None


async def hang(_: StepCall) -> JsonValue:
    await asyncio.sleep(3600)
    return None


DIAMOND: Sequence[JsonObject] = (
    {"stepId": "top"},
    {"stepId": "left", "dependsOn": ["top"]},
    {"stepId": "right", "dependsOn": ["top"]},
    {"stepId": "join", "dependsOn": ["left", "right"]},
)


async def both_ways(history: WorkflowHistory) -> None:
    await replay(history)
    await replay(history, UnsandboxedWorkflowRunner())


async def test_histories_of_successful_runs_replay(at: Stage) -> None:
    at.world.executor.behaviours["flaky"] = fail_once
    for steps in (
        line_of(3),
        [{"stepId": f"p{number}"} for number in range(8)],
        DIAMOND,
        [{"stepId": "flaky", "retry": {"maxAttempts": 2, "initialMs": 20}}],
    ):
        run = await at.finish(plan_of(*steps))
        await both_ways(await at.history(run))


async def test_the_history_of_a_retry_has_one_timer(at: Stage) -> None:
    at.world.executor.behaviours["flaky"] = fail_once
    run = await at.finish(plan_of({"stepId": "flaky", "retry": {"maxAttempts": 2, "initialMs": 50}}))
    counted = events(await at.history(run))
    assert counted["TIMER_STARTED"] == counted["TIMER_FIRED"] == 1
    assert counted["ACTIVITY_TASK_SCHEDULED"] == 2


async def test_the_history_of_a_failed_run_replays(at: Stage) -> None:
    slow = asyncio.Event()

    async def hang_after_telling(call: StepCall) -> JsonValue:
        slow.set()
        return await hang(call)

    async def fail(_: StepCall) -> JsonValue:
        await slow.wait()
        raise StepError("no", code="PYTHON_RAISED")

    at.world.executor.behaviours |= {"slow": hang_after_telling, "bad": fail}
    run = await at.finish(plan_of({"stepId": "slow"}, {"stepId": "bad"}, {"stepId": "next", "dependsOn": ["bad"]}))
    assert at.world.told(run)[-4:] == ["RunFailing", "StepSkipped next 1", "StepCancelled slow 1", "RunFailed"]
    await both_ways(await at.history(run))


async def test_the_history_of_a_cancelled_run_replays(at: Stage) -> None:
    at.world.executor.behaviours["b"] = hang
    run = await at.world.queue(plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c", "dependsOn": ["b"]}))
    await at.until(run, lambda _: "StepStarted b 1" in at.world.told(run))
    await at.world.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
    await at.ended(run)
    await both_ways(await at.history(run))


async def test_a_run_cancelled_while_it_waits_for_a_retry_ends_at_once(at: Stage) -> None:
    at.world.executor.behaviours["flaky"] = fail_once
    step: JsonObject = {"stepId": "flaky", "retry": {"maxAttempts": 2, "initialMs": 3_600_000, "maxMs": 3_600_000}}
    run = await at.world.queue(plan_of(step, {"stepId": "next", "dependsOn": ["flaky"]}))
    await at.until(run, lambda _: "StepFailed flaky 1" in at.world.told(run))
    handle = await at.handle(run)

    async def waits() -> bool:
        """The interpreter has heard of the failure: a step still in flight would be skipped with the others."""
        return events(await handle.fetch_history())["TIMER_STARTED"] == 1

    await eventually(waits)
    await at.world.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
    await at.ended(run)
    assert at.world.told(run)[-4:] == ["SignalApplied c1", "RunCancelling", "StepSkipped next 1", "RunCancelled"]
    await both_ways(await at.history(run))
