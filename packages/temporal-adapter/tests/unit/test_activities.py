"""Activities beat by themselves and know why they are cancelled."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from dvt_contracts.base import JsonValue
from dvt_contracts.models.glossary.v1.status import StepStatus
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.testing.world import World, plan_of
from dvt_temporal_adapter.activities import Activities
from dvt_temporal_adapter.messages import StepRequest
from dvt_temporal_adapter.surroundings import Surroundings
from temporalio.activity import ActivityCancellationDetails
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

STEP = {"stepId": "a"}


class Scene:
    """A loaded run of one step, and an environment for its activities."""

    def __init__(self) -> None:
        self.world = World()
        world = self.world
        self.activities: Activities = Surroundings(
            world.store, world.store, {"noop": world.executor}, world.artifacts, world.logs, world.secrets
        ).activities()
        self.environment = ActivityEnvironment()
        self.beats = 0
        self.beaten = asyncio.Event()
        self.environment.on_heartbeat = self.beat
        self.request: StepRequest | None = None

    def beat(self, *_: object) -> None:
        self.beats += 1
        if self.beats == 3:
            self.beaten.set()

    def within(self, timeout_ms: int) -> None:
        timeout = timedelta(milliseconds=timeout_ms)
        self.environment.info = replace(self.environment.info, heartbeat_timeout=timeout)

    async def begin(self, behaviour: Callable[[StepCall], object]) -> StepRequest:
        running = asyncio.Event()

        async def behave(call: StepCall) -> JsonValue:
            running.set()
            behaviour(call)
            await asyncio.sleep(3600)
            return None

        self.world.executor.behaviours["a"] = behave
        run = await self.world.queue(plan_of(STEP))
        await self.environment.run(self.activities.load, run)
        self.running = running
        return StepRequest(run, "a", 1)


async def test_a_step_beats_three_times_within_its_timeout() -> None:
    scene = Scene()
    scene.within(90)
    request = await scene.begin(lambda _: None)
    step = asyncio.ensure_future(scene.environment.run(scene.activities.step, request))
    async with asyncio.timeout(10):
        await scene.beaten.wait()
    step.cancel()
    await asyncio.wait({step})
    beats = scene.beats
    await asyncio.sleep(0.1)
    assert scene.beats == beats


async def test_a_call_within_the_workflow_task_does_not_beat() -> None:
    scene = Scene()
    scene.within(1)
    scene.environment.info = replace(scene.environment.info, is_local=True)
    await scene.begin(lambda _: None)
    assert scene.beats == 0


@pytest.mark.parametrize(
    "details",
    [
        ActivityCancellationDetails(worker_shutdown=True),
        ActivityCancellationDetails(not_found=True),
        ActivityCancellationDetails(timed_out=True),
        ActivityCancellationDetails(paused=True),
        ActivityCancellationDetails(reset=True),
    ],
    ids=str,
)
async def test_a_delivery_that_nobody_asked_to_stop_is_given_back(details: ActivityCancellationDetails) -> None:
    scene = Scene()
    request = await scene.begin(lambda _: None)
    step = asyncio.ensure_future(scene.environment.run(scene.activities.step, request))
    await scene.running.wait()
    scene.environment.cancel(details)
    with pytest.raises(ApplicationError, match="WORKER_LOST") as caught:
        await step
    assert not caught.value.non_retryable
    assert scene.world.told(request.run)[-1] == "StepStarted a 1"


async def test_a_step_returns_its_status_and_nothing_else() -> None:
    scene = Scene()
    request = await scene.begin(lambda _: None)
    scene.world.executor.behaviours.clear()
    answer = await scene.environment.run(scene.activities.step, request)
    assert (answer.status, answer.retry_at) == (StepStatus.SUCCEEDED, None)
