"""What a decision asks of the world: steps, timers, requests to stop."""

from dvt_contracts.models.glossary.v1.status import StepStatus

from dvt_engine_core.causes import Cause, RunLoaded, StepReturned
from dvt_engine_core.decision import CancelStep, DispatchStep, Effect, FinishRun, StartDeadline, StartTimer
from dvt_engine_core.facts import Fact
from dvt_engine_core.retry import instant_after
from dvt_engine_core.state import CoreState, StepState


def effects_of(state: CoreState, cause: Cause, facts: tuple[Fact, ...]) -> tuple[Effect, ...]:
    """Effects of a decision, in the state that its facts lead to.

    Shape: after a load what was recorded as running is dispatched again, also while PAUSED; a paused run starts
    nothing else.
    Source: ExecutionSemantics, ready, attempts, pause, ending.
    """
    if state.terminal:
        return (FinishRun(),)
    if not state.loaded or not (state.running or state.paused):
        return ()
    restored = isinstance(cause, RunLoaded)
    again = _again(state) if restored else {}
    effects: list[Effect] = _deadline(state) if restored else []
    ids = state.walk.graph.step_ids
    for index in sorted({*state.in_flight, *again}) if again or state.ending else ():
        if index in again:
            effects.append(DispatchStep(ids[index], again[index].attempt, again[index].inputs_version))
        if state.stops(index) and index not in state.asked:
            effects.append(CancelStep(ids[index]))
    if state.paused:
        return tuple(effects)
    resumed = any(fact.event_type == "RunResumed" for fact in facts)
    room = state.walk.max_parallel - len(state.in_flight) - len(again)
    return (*effects, *_timers(state, cause, every=restored or resumed), *_starts(state, room=room))


def _again(state: CoreState) -> dict[int, StepState]:
    """Steps recorded as running that nobody runs."""
    return {
        index: step
        for index, step in state.steps.items()
        if step.status is StepStatus.RUNNING and index not in state.in_flight
    }


def _deadline(state: CoreState) -> list[Effect]:
    if state.walk.deadline_ms is None or state.started_at is None or state.cancel:
        return []
    return [StartDeadline(instant_after(state.started_at, state.walk.deadline_ms))]


def _timers(state: CoreState, cause: Cause, *, every: bool) -> list[Effect]:
    """Timers of failed steps: the one that just failed, or all after a load and after a pause."""
    failed = sorted(state.failed) if every else []
    if not every and isinstance(cause, StepReturned):
        failed = [state.walk.graph.index[cause.step_id]]
    return [
        StartTimer(state.walk.graph.step_ids[index], step.retry_at)
        for index in failed
        if (step := state.step(index)).retry_at and not step.due and not state.settled(index)
        if index not in state.in_flight
    ]


def _starts(state: CoreState, *, room: int) -> list[Effect]:
    """Attempts that may start now, in plan order, up to the parallel limit."""
    ids = state.walk.graph.step_ids
    return [
        DispatchStep(ids[index], state.step(index).attempt + 1, state.inputs_version)
        for index in state.ready[: max(0, room)]
    ]
