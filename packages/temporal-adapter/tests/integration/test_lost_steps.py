"""Steps whose worker is lost, gives up, or is cut off from the store."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta

from dvt_contracts.base import JsonValue
from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import AppendResult
from dvt_engine_core.errors import UnavailableError
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey, StoredRun
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.world import World, plan_of
from dvt_temporal_adapter.activities import Activities
from dvt_temporal_adapter.policies import STEP_RETRY, lost_code
from dvt_temporal_adapter.testing.server import TemporalServer
from dvt_temporal_adapter.testing.stage import Stage, events, stage
from dvt_temporal_adapter.worker import WorkerSettings
from pydantic import MISSING
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.exceptions import ActivityError
from temporalio.worker import Worker


async def hang(_: StepCall) -> JsonValue:
    await asyncio.sleep(3600)
    return None


class Mute(Activities):
    """Activities that never beat: to Temporal their worker is dead."""

    async def _beat(self, expected_within: timedelta) -> None:
        await asyncio.sleep(expected_within.total_seconds() * 1000)


async def test_a_step_that_no_worker_survives_is_lost_after_five_deliveries(temporal: TemporalServer) -> None:
    async with Stage(temporal.address) as at:
        at.activities = Mute(at.activities.loader, at.activities.attempts, at.activities.recorder)
        at.world.executor.behaviours["a"] = hang
        at.work()
        at.deliver()
        run = await at.finish(plan_of({"stepId": "a", "heartbeatTimeoutMs": 1000}))
        assert at.world.told(run) == [
            "RunQueued",
            "RunStarted",
            "StepStarted a 1",
            "StepRedelivered a 1",
            "StepFailed a 1",
            "RunFailing",
            "RunFailed",
        ]
        outcome = (await at.world.stored(run)).snapshot.steps[0].outcome
        assert outcome is not MISSING
        assert outcome.code == "WORKER_LOST"
        assert len(at.world.executor.calls) == 5


async def test_a_long_step_beats_by_itself(at: Stage) -> None:
    async def long(_: StepCall) -> JsonValue:
        await asyncio.sleep(2.5)
        return None

    at.world.executor.behaviours["a"] = long
    run = await at.finish(plan_of({"stepId": "a", "heartbeatTimeoutMs": 1000}))
    assert "StepRedelivered a 1" not in at.world.told(run)
    assert len(at.world.executor.calls) == 1


async def test_a_worker_that_is_stopped_gives_its_steps_to_another(temporal: TemporalServer) -> None:
    async with Stage(temporal.address) as at:
        stopped = asyncio.Event()

        async def once(call: StepCall) -> JsonValue:
            return None if stopped.is_set() else await hang(call)

        at.world.executor.behaviours["a"] = once
        working = at.work(WorkerSettings(drain_ms=100))
        at.deliver()
        run = await at.world.queue(plan_of({"stepId": "a"}))
        await at.until_called()
        stopped.set()
        working.cancel()
        await asyncio.wait({working})
        assert at.world.told(run)[-1] == "StepStarted a 1"
        at.work()
        await at.ended(run)
        assert at.world.told(run)[-3:] == ["StepRedelivered a 1", "StepCompleted a 1", "RunCompleted"]


async def test_a_worker_that_is_stopped_lets_short_steps_end(temporal: TemporalServer) -> None:
    async with Stage(temporal.address) as at:
        going = asyncio.Event()

        async def short(_: StepCall) -> JsonValue:
            going.set()
            await asyncio.sleep(0.3)
            return None

        at.world.executor.behaviours["a"] = short
        working = at.work(WorkerSettings(drain_ms=20_000))
        at.deliver()
        run = await at.world.queue(plan_of({"stepId": "a"}))
        await going.wait()
        working.cancel()
        await asyncio.wait({working})
        assert at.world.told(run)[-1] == "StepCompleted a 1"


class Flaky(MemoryStore):
    """A store that refuses the first appends of an event type, and the first reads."""

    def __init__(self, *, reads: int = 0, **appends: int) -> None:
        super().__init__()
        self.reads = reads
        self.appends = appends

    async def append(
        self, run: RunKey, events: Sequence[AnyEvent], *, legal_from: RunStatus | None = None
    ) -> tuple[AppendResult, ...]:
        for event in events:
            left = self.appends.get(event.event_type, 0)
            if left:
                self.appends[event.event_type] = left - 1
                raise UnavailableError("the store is away")
        return await super().append(run, events, legal_from=legal_from)

    async def read_run(self, run: RunKey, *, steps: Collection[str] | None = None) -> StoredRun | None:
        if self.reads:
            self.reads -= 1
            raise UnavailableError("the store is away")
        return await super().read_run(run, steps=steps)


async def test_a_store_that_is_away_in_mid_step_costs_no_delivery(temporal: TemporalServer) -> None:
    async with stage(temporal.address, World(store=Flaky(StepStarted=2, StepCompleted=3))) as at:
        run = await at.finish(plan_of({"stepId": "a", "heartbeatTimeoutMs": 1000}))
        assert at.world.told(run)[2:] == ["StepStarted a 1", "StepCompleted a 1", "RunCompleted"]
        assert len(at.world.executor.calls) == 1
        assert events(await at.history(run)).total() == 13


async def test_load_and_record_are_repeated_while_the_store_is_away(temporal: TemporalServer) -> None:
    async with Stage(temporal.address, World(store=Flaky(RunStarted=2, RunCompleted=2))) as at:
        at.work()
        run = await at.world.queue(plan_of({"stepId": "a"}))
        await at.engine.start(run)
        await at.ended(run)
        assert at.world.told(run)[1:] == ["RunStarted", "StepStarted a 1", "StepCompleted a 1", "RunCompleted"]
        counted = events(await at.history(run))
        assert counted["MARKER_RECORDED"] == 2
        assert counted["ACTIVITY_TASK_COMPLETED"] == 3


@activity.defn
async def endless() -> None:
    while True:
        await asyncio.sleep(0.1)
        activity.heartbeat()


@workflow.defn(sandboxed=False)
class OverTheBackstop:
    @workflow.run
    async def run(self) -> str:
        try:
            await workflow.execute_activity(
                endless,
                start_to_close_timeout=timedelta(seconds=1),
                heartbeat_timeout=timedelta(seconds=5),
                retry_policy=STEP_RETRY,
            )
        except ActivityError as error:
            return lost_code(error)
        return ""


async def test_the_backstop_is_not_tried_again(temporal: TemporalServer) -> None:
    client = await Client.connect(temporal.address)
    async with Worker(client, task_queue="backstop", workflows=[OverTheBackstop], activities=[endless]):
        handle = await client.start_workflow(OverTheBackstop.run, id="backstop", task_queue="backstop")
        assert await handle.result() == "TIMEOUT"
        counted = events(await handle.fetch_history())
    assert counted["ACTIVITY_TASK_STARTED"] == counted["ACTIVITY_TASK_TIMED_OUT"] == 1
