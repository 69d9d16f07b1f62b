"""The decider: `decide(state, cause) -> Decision`. Pure, total, and the same on every engine.

A decision has three parts, in this order: what the cause itself says (a signal, a lost step), what follows from the
state by policy (failing, skipping, ending), and what may start now.
"""

from dataclasses import replace

from dvt_contracts.base import Empty
from dvt_contracts.models.events.v1.run_cancelled import RunCancelledPayload
from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.step_cancelled import StepCancelCode, StepCancelledPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import (
    CancelCode,
    RunStatus,
    RunSubstatus,
    SignalEffect,
    SkipCode,
    StepStatus,
)
from pydantic import MISSING

from dvt_engine_core.causes import Cause, RetryDue, RunLoaded, SignalArrived, StepLost, StepReturned
from dvt_engine_core.decision import CancelStep, Decision, DispatchStep, Effect, FinishRun, StartTimer
from dvt_engine_core.facts import Fact
from dvt_engine_core.retry import retry_at
from dvt_engine_core.state import CoreState, StepState, evolve_all, moved

_ENDING = frozenset({RunSubstatus.FAILING, RunSubstatus.CANCELLING})


def decide(state: CoreState, cause: Cause) -> Decision:
    """Decide what a cause leads to.

    Shape: any state; a repeated or late cause decides nothing. Facts are in recording order; deciding again on the
    fold that holds some of them gives the rest.
    Source: ExecutionSemantics, the decider.
    """
    heard = receive(state, cause)
    said = _said(heard, cause)
    after = evolve_all(heard, said)
    followed = _followed(after)
    settled = evolve_all(after, followed)
    facts = (*said, *followed)
    return Decision(facts, _effects(settled, cause, cancel=_begins_ending(facts)))


def receive(state: CoreState, cause: Cause) -> CoreState:
    """The state after hearing a cause: an activity's return stands for its start and its outcome."""
    if isinstance(cause, RetryDue):
        return _due(state, cause)
    if not isinstance(cause, StepReturned):
        return state
    index = state.walk.graph.index[cause.step_id]
    if state.in_flight.get(index) != cause.attempt:
        return state
    in_flight = {step: attempt for step, attempt in state.in_flight.items() if step != index}
    return moved(replace(state, in_flight=in_flight), index, StepState(cause.status, cause.attempt, cause.retry_at))


def _due(state: CoreState, cause: RetryDue) -> CoreState:
    """A failed step whose time has come is ready again, beside those that never started."""
    index = state.walk.graph.index[cause.step_id]
    if state.step(index).retry_at is None or index in state.in_flight or index in state.ready:
        return state
    return replace(state, ready=tuple(sorted((*state.ready, index))))


def launched(state: CoreState, effects: tuple[Effect, ...]) -> CoreState:
    """The state after a decision's own dispatches."""
    index = state.walk.graph.index
    sent = {index[effect.step_id]: effect.attempt for effect in effects if isinstance(effect, DispatchStep)}
    if not sent:
        return state
    ready = tuple(step for step in state.ready if step not in sent)
    return replace(state, in_flight={**state.in_flight, **sent}, ready=ready)


def run_fact(state: CoreState, event_type: str, payload: object) -> Fact:
    """A run event with its occurrence, fixed by the state that decides."""
    return Fact(event_type, payload, ordinal=state.counts.get(event_type, 0) + 1)  # type: ignore[arg-type]


def _said(state: CoreState, cause: Cause) -> tuple[Fact, ...]:
    match cause:
        case SignalArrived():
            return _apply_signal(state, cause)
        case StepLost():
            return _give_up(state, cause)
        case RunLoaded() | StepReturned() | RetryDue():  # pragma: no branch - mypy proves the match whole
            return ()


def _apply_signal(state: CoreState, cause: SignalArrived) -> tuple[Fact, ...]:
    """Apply a signal once. Only cancel is accepted by this version."""
    if state.terminal or cause.signal_id in state.applied_signals:
        return ()

    def applied(effect: SignalEffect, code: str | None = None) -> Fact:
        payload = SignalAppliedPayload(signal_type=cause.signal_type, effect=effect, code=code or MISSING)
        return Fact("SignalApplied", payload, cause.signal_id)

    if state.run is None or state.run.status is not RunStatus.RUNNING:
        return (applied(SignalEffect.MOOT, "RUN_NOT_STARTED"),)
    if state.run.substatus is RunSubstatus.CANCELLING:
        return (applied(SignalEffect.MOOT, "RUN_ENDING"),)
    cancelling = RunCancellingPayload(code=CancelCode.CANCELLED, signal_id=cause.signal_id)
    return (applied(SignalEffect.APPLIED), run_fact(state, "RunCancelling", cancelling))


def _give_up(state: CoreState, cause: StepLost) -> tuple[Fact, ...]:
    """Record what became of an attempt whose activity never came back; the log tells how far it got."""
    index = state.walk.graph.index[cause.step_id]
    step = state.step(index)
    ending = state.run is not None and state.run.substatus in _ENDING
    started = step.status is StepStatus.RUNNING and step.attempt == cause.attempt
    never_started = step.status in {StepStatus.PENDING, StepStatus.FAILED} and step.attempt + 1 == cause.attempt
    if started and ending:
        return (Fact("StepCancelled", StepCancelledPayload(code=cancel_code(state)), cause.step_id, cause.attempt),)
    if not started and (not never_started or ending):
        return ()
    code = "LOST_CONTACT" if cause.code == "CANCELLED" else cause.code
    again = retry_at(state.walk.retry_of(index), failed_attempt=cause.attempt, code=code, emitted_at=cause.at)
    payload = StepFailedPayload(code=code, retry_at=again) if again else StepFailedPayload(code=code, final=True)
    return (Fact("StepFailed", payload, cause.step_id, cause.attempt),)


def cancel_code(state: CoreState) -> StepCancelCode:
    """Why a step is cancelled in this state."""
    if state.cancel and state.cancel[0] is CancelCode.EMERGENCY_STOP:
        return StepCancelCode.EMERGENCY_STOP
    return StepCancelCode.RUN_CANCELLED if state.cancel else StepCancelCode.RUN_FAILING


def _followed(state: CoreState) -> tuple[Fact, ...]:
    """Facts that the state itself demands: failing, the skips of an ending, the end."""
    if state.run is None or state.run.status is not RunStatus.RUNNING:
        return ()
    facts: tuple[Fact, ...] = ()
    failed = next((index for index, step in sorted(state.steps.items()) if step.out_of_attempts), None)
    if failed is not None and state.run.substatus is None:
        failing = RunFailingPayload(code="STEP_FAILED", step_id=state.walk.graph.step_ids[failed])
        facts = (run_fact(state, "RunFailing", failing),)
        state = evolve_all(state, facts)
    if state.run is not None and state.run.substatus in _ENDING:
        skips = _skips(state)
        facts, state = (*facts, *skips), evolve_all(state, skips)
    return (*facts, *_end(state))


def _skips(state: CoreState) -> tuple[Fact, ...]:
    code = SkipCode.RUN_CANCELLED if state.cancel else SkipCode.RUN_FAILING
    return tuple(
        Fact("StepSkipped", StepSkippedPayload(code=code), step_id)
        for index, step_id in enumerate(state.walk.graph.step_ids)
        if index not in state.in_flight and state.step(index).status is StepStatus.PENDING
    )


def _end(state: CoreState) -> tuple[Fact, ...]:
    """The terminal event, once nothing runs and nothing will start."""
    if state.in_flight or any(step.status is StepStatus.RUNNING for step in state.steps.values()):
        return ()
    ending = state.run is not None and state.run.substatus in _ENDING
    waits_for_retry = any(step.status is StepStatus.FAILED and step.retry_at for step in state.steps.values())
    if not ending and (len(state.steps) < len(state.walk.graph.step_ids) or waits_for_retry):
        return ()
    if state.cancel:
        code, signal_id = state.cancel
        return (run_fact(state, "RunCancelled", RunCancelledPayload(code=code, signal_id=signal_id)),)
    if ending:
        step = state.failed_step
        message = f"step {step} is out of attempts" if step else MISSING
        failed = RunFailedPayload(code="STEP_FAILED", message=message, step_id=step or MISSING)
        return (run_fact(state, "RunFailed", failed),)
    return (run_fact(state, "RunCompleted", Empty()),)


def _begins_ending(facts: tuple[Fact, ...]) -> bool:
    return any(fact.event_type in {"RunFailing", "RunCancelling"} for fact in facts)


def _effects(state: CoreState, cause: Cause, *, cancel: bool) -> tuple[Effect, ...]:
    if state.terminal:
        return (FinishRun(),)
    ids = state.walk.graph.step_ids
    effects: list[Effect] = []
    if cancel:
        effects += [CancelStep(ids[index]) for index in sorted(state.in_flight)]
    ending = state.run is not None and state.run.substatus in _ENDING
    recorded = {index: step.attempt for index, step in sorted(state.steps.items()) if step.status is StepStatus.RUNNING}
    if isinstance(cause, RunLoaded):
        for index, attempt in recorded.items():
            effects.append(DispatchStep(ids[index], attempt, state.inputs_version))
            if ending:
                effects.append(CancelStep(ids[index]))
    if ending or state.run is None or state.run.status is not RunStatus.RUNNING:
        return tuple(effects)
    room = state.walk.max_parallel - len(recorded.keys() | state.in_flight.keys())
    return (*effects, *_timers(state, cause), *_starts(state, room=room))


def _timers(state: CoreState, cause: Cause) -> list[Effect]:
    """Timers of failed steps: the one that just failed, or all after a load."""
    ids = state.walk.graph.step_ids
    match cause:
        case StepReturned(step_id=step_id):
            steps = [state.walk.graph.index[step_id]]
        case RunLoaded():
            steps = sorted(state.steps)
        case _:
            return []
    return [StartTimer(ids[index], at) for index in steps if (at := state.step(index).retry_at)]


def _starts(state: CoreState, *, room: int) -> list[Effect]:
    """Attempts that may start now, in plan order, up to the parallel limit."""
    ids = state.walk.graph.step_ids
    return [
        DispatchStep(ids[index], state.step(index).attempt + 1, state.inputs_version)
        for index in state.ready[: max(0, room)]
    ]
