"""How runs end: what the deadline begins, whom an ending skips, and the terminal event."""

from dvt_contracts.base import Empty
from dvt_contracts.models.events.v1.run_cancelled import RunCancelledPayload
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.run_resumed import RunResumedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import SkipCode, StepStatus
from pydantic import MISSING

from dvt_engine_core.decider.run_facts import run_fact
from dvt_engine_core.facts import Fact
from dvt_engine_core.state import CoreState


def pass_deadline(state: CoreState) -> tuple[Fact, ...]:
    """The run fails as by fail-fast; a paused one is resumed first. One that ends already has its reason.

    Source: ExecutionSemantics, deadline.
    """
    if state.ending or not (state.running or state.paused):
        return ()
    failing = run_fact(state, "RunFailing", RunFailingPayload(code="RUN_DEADLINE"))
    return (run_fact(state, "RunResumed", RunResumedPayload()), failing) if state.paused else (failing,)


def skips_of_the_ending(state: CoreState) -> tuple[Fact, ...]:
    """Every pending step that the ending does not keep; a dispatched one too, where it has not started yet.

    Shape: the log refuses the skip of a dispatched step that runs already; that one is asked to stop instead.
    Source: ExecutionSemantics, ending.
    """
    code = SkipCode.RUN_CANCELLED if state.cancel else SkipCode.RUN_FAILING
    return tuple(
        Fact("StepSkipped", StepSkippedPayload(code=code), step_id)
        for index, step_id in enumerate(state.walk.graph.step_ids)
        if state.step(index).status is StepStatus.PENDING and not state.kept(index) and index not in state.tried
    )


def end(state: CoreState) -> tuple[Fact, ...]:
    """The terminal event, once nothing runs and nothing will start.

    Source: ExecutionSemantics, ending.
    """
    if state.in_flight or state.unsettled:
        return ()
    if state.cancel:
        code, signal_id = state.cancel
        return (run_fact(state, "RunCancelled", RunCancelledPayload(code=code, signal_id=signal_id)),)
    if not state.ending and not state.failed:
        return (run_fact(state, "RunCompleted", Empty()),)
    if state.failing_code == "RUN_DEADLINE":
        late = RunFailedPayload(code="RUN_DEADLINE", message="the deadline of the run has passed")
        return (run_fact(state, "RunFailed", late),)
    first = state.walk.graph.step_ids[min(state.failed)] if state.failed else None
    step = state.failed_step or first
    message = f"step {step} is out of attempts" if step else MISSING
    failed = RunFailedPayload(code="STEP_FAILED", message=message, step_id=step or MISSING)
    return (run_fact(state, "RunFailed", failed),)
