"""What is recorded of an attempt whose activity never came back."""

from dvt_contracts.models.events.v1.step_cancelled import StepCancelCode, StepCancelledPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.glossary.v1.status import StepStatus

from dvt_engine_core.causes import StepLost
from dvt_engine_core.facts import Fact
from dvt_engine_core.retry import retry_at
from dvt_engine_core.state import CoreState


def give_up(state: CoreState, cause: StepLost) -> tuple[Fact, ...]:
    """Record what became of an attempt whose activity never came back; the log tells how far it got.

    Shape: a step that the ending of the run stops is cancelled, or skipped where it never started; any other fails.
    Source: ExecutionSemantics, time limits and lost workers.
    """
    index = state.walk.graph.index[cause.step_id]
    step = state.step(index)
    given_up = state.ending and not state.kept(index)
    started = step.status is StepStatus.RUNNING and step.attempt == cause.attempt
    never_started = step.status in {StepStatus.PENDING, StepStatus.FAILED} and step.attempt + 1 == cause.attempt
    if started and given_up and (state.stops(index) or cause.code == "CANCELLED"):
        return (Fact("StepCancelled", StepCancelledPayload(code=cancel_code(state)), cause.step_id, cause.attempt),)
    if not started and (not never_started or given_up):
        return ()
    code = "LOST_CONTACT" if cause.code == "CANCELLED" else cause.code
    again = retry_at(state.walk.retry_of(index), failed_attempt=cause.attempt, code=code, emitted_at=cause.at)
    payload = StepFailedPayload(code=code, retry_at=again) if again else StepFailedPayload(code=code, final=True)
    return (Fact("StepFailed", payload, cause.step_id, cause.attempt),)


def cancel_code(state: CoreState) -> StepCancelCode:
    """Why a step is cancelled in this state."""
    if state.stopped:
        return StepCancelCode.EMERGENCY_STOP
    return StepCancelCode.RUN_CANCELLED if state.cancel else StepCancelCode.RUN_FAILING
