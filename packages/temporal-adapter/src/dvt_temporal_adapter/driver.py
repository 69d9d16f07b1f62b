"""What the interpreter asks of its engine, in Temporal's words. Runs inside the workflow."""

import asyncio
from dataclasses import dataclass
from typing import TypeVar

from dvt_engine_core.causes import Cause, StepLost, StepReturned
from dvt_engine_core.interpreter import StepOrder
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.retry import instant_of, milliseconds_between
from dvt_engine_core.services.loaded import LoadedRun
from dvt_engine_core.standpoint import Recorded, Standpoint
from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError

from dvt_temporal_adapter.messages import (
    LOAD,
    RECORD,
    STEP,
    RecordAnswer,
    RecordRequest,
    StepAnswer,
    StepRequest,
    record_request,
)
from dvt_temporal_adapter.policies import AT_ONCE, PATIENTLY, LostCode, is_final, lost_code, sibling_queue, step_options

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class TemporalDriver:
    """InterpreterDriver over activities and timers of one workflow."""

    run: RunKey

    async def load(self) -> LoadedRun:
        """See InterpreterDriver."""
        return await _served(LOAD, self.run, LoadedRun)

    async def record(self, cause: Cause, seen: Standpoint) -> Recorded:
        """See InterpreterDriver."""
        answer = await _served(RECORD, record_request(self.run, cause, seen), RecordAnswer)
        if answer.told is None or not isinstance(cause, StepLost):
            return Recorded(None, answer.inputs_version)
        told = StepReturned(cause.step_id, cause.attempt, answer.told.status, answer.told.retry_at)
        return Recorded(told, answer.inputs_version)

    async def run_step(self, order: StepOrder) -> StepReturned | StepLost:
        """See InterpreterDriver."""
        request = StepRequest(self.run, order.step_id, order.attempt, order.inputs_version)
        try:
            answer: StepAnswer = await workflow.execute_activity(
                STEP,
                request,
                result_type=StepAnswer,
                task_queue=sibling_queue(workflow.info().task_queue, order.route.worker_class),
                activity_id=f"{order.step_id}:{order.attempt}",
                **step_options(order),
            )
        except ActivityError as error:
            return _lost(order, lost_code(error))
        except asyncio.CancelledError:
            return _lost(order, "CANCELLED")
        return StepReturned(order.step_id, order.attempt, answer.status, answer.retry_at)

    async def sleep_until(self, instant: str) -> None:
        """See InterpreterDriver."""
        wait_ms = milliseconds_between(_now(), instant)
        if wait_ms > 0:
            await workflow.sleep(wait_ms / 1000)


async def _served(name: str, request: RunKey | RecordRequest, answer: type[Answer]) -> Answer:
    """Call a service of the core: within the workflow task, which costs one event; where that fails, patiently.

    Shape: the second try is an activity of its own, repeated for ever while the store is away.
    """
    try:
        at_once: Answer = await workflow.execute_local_activity(name, request, result_type=answer, **AT_ONCE)
    except FailureError as error:
        if is_final(error):
            raise
    else:
        return at_once
    told: Answer = await workflow.execute_activity(name, request, result_type=answer, **PATIENTLY)
    return told


def _now() -> str:
    return instant_of(workflow.now())


def _lost(order: StepOrder, code: LostCode) -> StepLost:
    return StepLost(order.step_id, order.attempt, code, _now())
