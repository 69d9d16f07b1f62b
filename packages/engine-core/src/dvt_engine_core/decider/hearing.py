"""What a cause and a decision's own effects change in the state, before and after anything is recorded."""

from dataclasses import replace

from dvt_engine_core.causes import Cause, DeadlinePassed, RetryDue, RunLoaded, SignalArrived, StepReturned
from dvt_engine_core.decision import CancelStep, DispatchStep, Effect
from dvt_engine_core.folding import Draft, moved
from dvt_engine_core.state import CoreState, OpenSignal, StepState


def receive(state: CoreState, cause: Cause) -> CoreState:
    """The state after hearing a cause: an activity's return stands for its start and its outcome."""
    match cause:
        case RunLoaded():
            return replace(state, loaded=True)
        case DeadlinePassed():
            return replace(state, overdue=True)
        case RetryDue():
            return _due(state, cause)
        case SignalArrived() if cause.signal_id not in state.applied_signals:
            opened = OpenSignal(cause.signal_id, cause.signal_type, cause.step_id)
            return replace(state, open_signals={**state.open_signals, cause.signal_id: opened})
        case StepReturned():
            index = state.walk.graph.index[cause.step_id]
            if state.in_flight.get(index) != cause.attempt:
                return state
            draft = Draft(state)
            draft.returned(index, StepState(cause.status, cause.attempt, cause.retry_at))
            return draft.state()
        case _:
            return state


def _due(state: CoreState, cause: RetryDue) -> CoreState:
    """A failed step whose time has come is ready again, beside those that never started."""
    index = state.walk.graph.index[cause.step_id]
    step = state.step(index)
    if step.retry_at is None or step.due or index in state.in_flight or cause.at not in {None, step.retry_at}:
        return state
    return moved(state, {index: replace(step, due=True)})


def launched(state: CoreState, effects: tuple[Effect, ...]) -> CoreState:
    """The state after a decision's own dispatches and requests to stop."""
    index = state.walk.graph.index
    if not effects and not state.ending:
        return state
    sent = {index[effect.step_id]: effect.attempt for effect in effects if isinstance(effect, DispatchStep)}
    asked = state.asked | {index[effect.step_id] for effect in effects if isinstance(effect, CancelStep)}
    in_flight = {**state.in_flight, **sent} if sent else state.in_flight
    started = 0  # steps start in the order in which they are ready
    while started < len(state.ready) and state.ready[started] in sent:
        started += 1
    ready = state.ready[started:]
    tried = frozenset(step for step in in_flight if not state.kept(step)) if state.ending else state.tried
    return replace(state, in_flight=in_flight, ready=ready, asked=asked, tried=tried)


def updated(state: CoreState, cause: SignalArrived, inputs_version: int) -> CoreState:
    """The state after an update of parameters was recorded, applied or moot: the log says which inputs count now."""
    opened = {name: signal for name, signal in state.open_signals.items() if name != cause.signal_id}
    applied = state.applied_signals | {cause.signal_id}
    return replace(state, open_signals=opened, applied_signals=applied, inputs_version=inputs_version)
