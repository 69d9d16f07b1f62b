"""What the interpreter asks of its engine, in Temporal's words. Runs inside the workflow."""

import asyncio
from dataclasses import dataclass

from dvt_engine_core.causes import Cause, StepLost, StepReturned
from dvt_engine_core.interpreter import StepOrder
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.retry import instant_of, milliseconds_between
from dvt_engine_core.services.loaded import LoadedRun
from temporalio import workflow
from temporalio.exceptions import ActivityError

from dvt_temporal_adapter.messages import LOAD, RECORD, STEP, RecordAnswer, StepAnswer, StepRequest, record_request
from dvt_temporal_adapter.policies import SERVICE_OPTIONS, LostCode, lost_code, sibling_queue, step_options


@dataclass(frozen=True, slots=True)
class TemporalDriver:
    """InterpreterDriver over activities and timers of one workflow."""

    run: RunKey

    async def load(self) -> LoadedRun:
        """See InterpreterDriver."""
        loaded: LoadedRun = await workflow.execute_activity(LOAD, self.run, result_type=LoadedRun, **SERVICE_OPTIONS)
        return loaded

    async def record(self, cause: Cause) -> StepReturned | None:
        """See InterpreterDriver."""
        request = record_request(self.run, cause)
        answer: RecordAnswer = await workflow.execute_activity(
            RECORD, request, result_type=RecordAnswer, **SERVICE_OPTIONS
        )
        if answer.told is None or not isinstance(cause, StepLost):
            return None
        return StepReturned(cause.step_id, cause.attempt, answer.told.status, answer.told.retry_at)

    async def run_step(self, order: StepOrder) -> StepReturned | StepLost:
        """See InterpreterDriver."""
        request = StepRequest(self.run, order.step_id, order.attempt, order.inputs_version)
        try:
            answer: StepAnswer = await workflow.execute_activity(
                STEP,
                request,
                result_type=StepAnswer,
                task_queue=sibling_queue(workflow.info().task_queue, order.route.worker_class),
                summary=order.step_id,
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


def _now() -> str:
    return instant_of(workflow.now())


def _lost(order: StepOrder, code: LostCode) -> StepLost:
    return StepLost(order.step_id, order.attempt, code, _now())
