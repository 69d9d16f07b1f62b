"""The three activities: each calls one service of the core, and beats while it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from dvt_contracts.models.engine.v1.engine_run_ref import TemporalRunRef
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.loaded import LoadedRun
from dvt_engine_core.services.run_loader import RunLoader
from dvt_engine_core.services.run_recorder import RunRecorder
from dvt_engine_core.services.step_attempt import AttemptRequest, CancelReason, StepAttempts
from pydantic import MISSING
from temporalio import activity
from temporalio.exceptions import ApplicationError

from dvt_temporal_adapter.errors import told_to_temporal
from dvt_temporal_adapter.messages import LOAD, RECORD, STEP, RecordAnswer, RecordRequest, StepAnswer, StepRequest
from dvt_temporal_adapter.policies import HEARTBEAT_TIMEOUT, WORKER_LOST, beat_interval


@dataclass(slots=True)
class Activities:
    """The activities of one worker process."""

    loader: RunLoader
    attempts: StepAttempts
    recorder: RunRecorder
    _beating: int = field(default=0, init=False)

    @activity.defn(name=LOAD)
    async def load(self, run: RunKey) -> LoadedRun:
        """Load a run for its interpreter."""
        info = activity.info()
        engine = TemporalRunRef(
            namespace=info.namespace,
            workflow_id=info.workflow_id or run.run_id,
            engine_run_id=info.workflow_run_id or MISSING,
        )
        async with self._alive():
            return await self.loader.load(run, engine)

    @activity.defn(name=STEP)
    async def step(self, request: StepRequest) -> StepAnswer:
        """Run one attempt of a step; a delivery given back by a worker that goes away is repeated by Temporal."""
        attempt = AttemptRequest(
            run=request.run,
            step_id=request.step_id,
            attempt=request.attempt,
            inputs_version=request.inputs_version,
            engine_attempt=activity.info().attempt,
        )
        async with self._alive():
            returned = await self.attempts.run(attempt, why_cancelled=why_cancelled)
        return StepAnswer(returned.status, returned.retry_at)

    @activity.defn(name=RECORD)
    async def record(self, request: RecordRequest) -> RecordAnswer:
        """Record a decision."""
        async with self._alive():
            recorded = await self.recorder.record(request.run, request.cause, request.seen)
        told = recorded.told
        return RecordAnswer(StepAnswer(told.status, told.retry_at) if told else None, recorded.inputs_version)

    @asynccontextmanager
    async def _alive(self) -> AsyncIterator[None]:
        """Tell Temporal that the activity lives, which is also how it hears of its cancellation."""
        if activity.info().is_local:
            with told_to_temporal():
                yield
            return
        beats = asyncio.create_task(self._beat(activity.info().heartbeat_timeout or HEARTBEAT_TIMEOUT))
        self._beating += 1
        try:
            with told_to_temporal():
                yield
        except asyncio.CancelledError:
            if why_cancelled() == "requested":
                raise
            raise ApplicationError("the worker went away", type=WORKER_LOST) from None
        finally:
            self._beating -= 1
            beats.cancel()
            with suppress(asyncio.CancelledError):
                await beats

    async def _beat(self, expected_within: timedelta) -> None:
        while True:
            await asyncio.sleep(beat_interval(expected_within, beating=self._beating).total_seconds())
            activity.heartbeat()


def why_cancelled() -> CancelReason:
    """Whether the interpreter asked for it; anything else means that another delivery follows."""
    details = activity.cancellation_details()
    return "requested" if details is not None and details.cancel_requested else "abandoned"
