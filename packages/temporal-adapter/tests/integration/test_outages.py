"""Temporal away: at the start of a run, and in the middle of one."""

import asyncio
from pathlib import Path

from dvt_contracts.base import JsonValue
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.testing.world import plan_of
from dvt_temporal_adapter.testing.server import TemporalServer, temporal_server
from dvt_temporal_adapter.testing.stage import Stage, eventually, replay, stage
from pydantic import MISSING


async def test_a_run_started_while_temporal_is_down_begins_when_it_is_back() -> None:
    server = TemporalServer()
    try:
        async with Stage(server.address) as at:
            at.work()
            at.deliver()
            waiting = at.world.store.intents
            run = await at.world.queue(plan_of({"stepId": "a"}))

            async def told() -> bool:
                return [promise.last_error for promise in await waiting.pending(run)] == ["ENGINE_UNAVAILABLE"]

            await eventually(told)
            assert (await at.world.stored(run)).snapshot.status is RunStatus.PENDING
            await asyncio.to_thread(server.start)
            assert (await at.ended(run)).status is RunStatus.COMPLETED
            assert await waiting.pending(run) == ()
    finally:
        server.stop()


async def test_a_server_killed_in_mid_run_comes_back_and_the_run_goes_on(tmp_path: Path) -> None:
    with temporal_server(tmp_path / "temporal.db") as server:
        async with stage(server.address) as at:
            killed = asyncio.Event()

            async def through_the_outage(_: StepCall) -> JsonValue:
                await killed.wait()
                return None

            at.world.executor.behaviours["b"] = through_the_outage
            steps = ({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}, {"stepId": "c", "dependsOn": ["b"]})
            run = await at.world.queue(plan_of(*steps))
            await at.until_called(2)
            await asyncio.to_thread(server.kill)
            killed.set()
            await at.until(run, lambda _: "StepCompleted b 1" in at.world.told(run))
            await asyncio.to_thread(server.start)
            snapshot = await at.ended(run)
            assert snapshot.status is RunStatus.COMPLETED
            assert snapshot.ended is not MISSING
            assert [step.step_id for step in snapshot.steps] == ["a", "b", "c"]
            assert len(at.world.executor.calls) == 3
            await replay(await at.history(run))
