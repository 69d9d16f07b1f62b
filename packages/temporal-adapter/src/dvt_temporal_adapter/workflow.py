"""The interpreter workflow: hears what Temporal delivers and lets the core decide."""

import asyncio

from dvt_engine_core.interpreter import Interpreter
from dvt_engine_core.ports.store import RunKey
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from dvt_temporal_adapter.driver import TemporalDriver
from dvt_temporal_adapter.messages import INTERPRETER, SIGNAL, SignalMessage
from dvt_temporal_adapter.policies import reason


@workflow.defn(name=INTERPRETER)
class InterpreterWorkflow:
    """One run; its workflow id is the run id."""

    @workflow.init
    def __init__(self, run: RunKey) -> None:
        """Listen for signals from the first moment."""
        self._interpreter = Interpreter(TemporalDriver(run))

    @workflow.run
    async def run(self, run: RunKey) -> None:
        """Walk the run to its end.

        Shape: a defect ends this execution, never its task in a loop; Temporal's retry of the workflow then begins
        anew from the store. Cancelling the workflow by hand changes nothing: only the log ends a run.
        Raises: ApplicationError with the code of a DvtError, or INTERNAL.
        """
        walking = asyncio.create_task(self._interpreter.run())
        try:
            await asyncio.shield(walking)
        except asyncio.CancelledError:
            if workflow.cancellation_reason() is None:  # Temporal takes the run out of this worker's memory
                raise
            workflow.logger.warning("not cancelled: a run ends by its log, cancel run %s with DVT", run.run_id)
            await _explained(walking)
        except Exception as error:
            raise _failure(error) from error

    @workflow.signal(name=SIGNAL)
    def signal(self, message: SignalMessage) -> None:
        """Hear an accepted signal."""
        self._interpreter.signal(message.signal_id, message.signal_type, message.step_id)


async def _explained(walking: "asyncio.Task[None]") -> None:
    try:
        await walking
    except Exception as error:
        raise _failure(error) from error


def _failure(error: Exception) -> ApplicationError:
    """Why an execution gives up: what an activity said, or a defect of our own."""
    found = reason(error)
    if isinstance(found, ApplicationError):
        return ApplicationError(found.message, type=found.type, non_retryable=found.type == "RUN_NOT_FOUND")
    return ApplicationError(f"{type(error).__name__}: {error}", type="INTERNAL")
