"""What nobody planned for: it is seen, it ends at most one execution of a workflow, and the run goes on once mended."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from dvt_contracts.base import JsonValue
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_engine_core.errors import InconsistencyError
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.system import SystemIds
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.world import World, plan_of
from dvt_temporal_adapter.testing.server import TemporalServer
from dvt_temporal_adapter.testing.stage import Stage, events, eventually, stage
from dvt_temporal_adapter.worker import WorkerSettings
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError


class Broken(MemoryStore):
    """A store whose reads of logs fail with an error, a number of times."""

    def __init__(self, error: Exception, times: int) -> None:
        super().__init__()
        self.error = error
        self.times = times

    async def read_events(self, run: RunKey, *, after: int = 0, limit: int | None = None) -> AsyncIterator[RawRecord]:
        if self.times:
            self.times -= 1
            raise self.error
        async for record in super().read_events(run, after=after, limit=limit):
            yield record


async def test_a_defect_in_an_activity_is_repeated_until_it_is_mended(temporal: TemporalServer) -> None:
    store = Broken(KeyError("a defect"), 10**6)
    async with stage(temporal.address, World(store=store)) as at:
        run = await at.world.queue(plan_of({"stepId": "a"}))

        async def told() -> bool:
            return "dvt.load attempt 2: 'a defect'" in (await at.engine.describe(run)).detail

        await eventually(told)
        store.times = 0
        assert (await at.ended(run)).status is RunStatus.COMPLETED
        assert events(await at.history(run))["WORKFLOW_TASK_FAILED"] == 0


async def test_facts_that_disagree_end_an_execution_and_the_next_goes_on(temporal: TemporalServer) -> None:
    store = Broken(InconsistencyError("stored facts disagree"), 1)
    async with stage(temporal.address, World(store=store)) as at:
        run = await at.world.queue(plan_of({"stepId": "a"}))
        assert (await at.ended(run)).status is RunStatus.COMPLETED
        assert events(await at.history(run))["WORKFLOW_EXECUTION_COMPLETED"] == 1
        client = await at.connection.client()

        async def failed() -> list[str]:
            found = client.list_workflows(f"WorkflowId = '{run.run_id}' AND ExecutionStatus = 'Failed'")
            return [execution.run_id async for execution in found]

        (first,) = await eventually(failed)
        counted = events(await client.get_workflow_handle(run.run_id, run_id=first).fetch_history())
        assert counted["WORKFLOW_EXECUTION_FAILED"] == 1
        assert counted["WORKFLOW_TASK_FAILED"] == 0


async def test_a_run_that_the_store_does_not_know_ends_for_good(at: Stage) -> None:
    unknown = RunKey("local", SystemIds().run_id())
    await at.engine.start(unknown)
    with pytest.raises(WorkflowFailureError) as caught:
        await (await at.handle(unknown)).result()
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "RUN_NOT_FOUND"
    assert (await at.engine.describe(unknown)).status == "closed"


async def test_a_workflow_cancelled_by_hand_goes_on(at: Stage) -> None:
    released = asyncio.Event()

    async def wait(_: StepCall) -> JsonValue:
        await released.wait()
        return None

    at.world.executor.behaviours["a"] = wait
    run = await at.world.queue(plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}))
    await at.until_called()
    handle = await at.handle(run)
    await handle.cancel()

    async def asked() -> bool:
        return events(await handle.fetch_history())["WORKFLOW_EXECUTION_CANCEL_REQUESTED"] == 1

    await eventually(asked)
    released.set()
    assert (await at.ended(run)).status is RunStatus.COMPLETED
    assert events(await at.history(run))["WORKFLOW_EXECUTION_COMPLETED"] == 1


async def test_a_poison_plan_fails_the_run_and_not_the_task(at: Stage) -> None:
    plan = plan_of({"stepId": "a", "dependsOn": ["a"]}, {"stepId": "b", "kind": "unheard-of"})
    run = await at.finish(plan)
    assert (await at.world.stored(run)).snapshot.status is RunStatus.FAILED
    assert at.world.told(run) == ["RunQueued", "RunFailed"]
    counted = events(await at.history(run))
    assert counted["WORKFLOW_TASK_FAILED"] == counted["ACTIVITY_TASK_SCHEDULED"] == 0
    assert counted.total() == 6


async def test_interpreters_that_leave_memory_come_back(temporal: TemporalServer) -> None:
    async with Stage(temporal.address) as at:
        released = asyncio.Event()

        async def wait(_: StepCall) -> JsonValue:
            await released.wait()
            return None

        at.world.executor.behaviours["a"] = wait
        at.work(WorkerSettings(drain_ms=0, max_interpreters_in_memory=1))
        at.deliver()
        runs = [await at.world.queue(plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]})) for _ in range(3)]
        await at.until_called(3)
        await (await at.handle(runs[0])).cancel()
        released.set()
        assert [(await at.ended(run)).status for run in runs] == [RunStatus.COMPLETED] * 3
        for run in runs:
            assert events(await at.history(run))["WORKFLOW_TASK_FAILED"] == 0
