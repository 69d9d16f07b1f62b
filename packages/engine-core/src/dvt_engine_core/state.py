"""Core state: the fold of a run's log as decisions see it, plus what is in flight.

`evolve` folds facts. While a step is in flight its own activity is the only witness: facts that others record about it
do not move it here, its return does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSubject
from dvt_contracts.models.glossary.v1.status import CancelCode, SignalType, StepStatus
from pydantic import MISSING

from dvt_engine_core.facts import Fact, is_reuse
from dvt_engine_core.transitions import RULES, TERMINAL, RunState, next_run_state, next_step_status
from dvt_engine_core.walk import Walk


@dataclass(frozen=True, slots=True)
class StepState:
    """Where a step stands. `retry_at` is set while it is FAILED and another attempt follows by itself."""

    status: StepStatus = StepStatus.PENDING
    attempt: int = 0
    retry_at: str | None = None

    @property
    def out_of_attempts(self) -> bool:
        """Whether it failed for good."""
        return self.status is StepStatus.FAILED and self.retry_at is None

    @property
    def done(self) -> bool:
        """Whether nothing more will come of it by itself."""
        return self.out_of_attempts or self.status in DONE


DONE: Final = frozenset({StepStatus.SUCCEEDED, StepStatus.SKIPPED, StepStatus.CANCELLED})
_FRESH: Final = StepState()


@dataclass(frozen=True, slots=True)
class OpenSignal:
    """An accepted signal that was not applied yet."""

    signal_id: str
    signal_type: SignalType


@dataclass(frozen=True, slots=True)
class CoreState:
    """State of one run.

    Shape: steps by index, only those that left PENDING; `unmet` counts dependencies that have not succeeded;
    `ready` holds steps that may start and did not, in plan order; `in_flight` maps steps to the attempt dispatched.
    """

    walk: Walk
    run: RunState | None = None
    steps: Mapping[int, StepState] = field(default_factory=dict)
    unmet: Mapping[int, int] = field(default_factory=dict)
    ready: tuple[int, ...] = ()
    in_flight: Mapping[int, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    open_signals: Mapping[str, OpenSignal] = field(default_factory=dict)
    applied_signals: frozenset[str] = frozenset()
    failed_step: str | None = None
    cancel: tuple[CancelCode, str] | None = None
    inputs_version: int = 0

    def step(self, index: int) -> StepState:
        """State of a step."""
        return self.steps.get(index, _FRESH)

    @property
    def terminal(self) -> bool:
        """Whether the run ended."""
        return self.run is not None and self.run.status in TERMINAL


def initial_state(walk: Walk) -> CoreState:
    """State before the first event."""
    unmet = {step: len(needed) for step, needed in enumerate(walk.graph.dependencies) if needed}
    ready = tuple(step for step, needed in enumerate(walk.graph.dependencies) if not needed)
    return CoreState(walk, unmet=unmet, ready=ready)


def evolve(state: CoreState, fact: Fact) -> CoreState:
    """Fold one fact. An illegal one changes nothing: the store would have refused it.

    Source: ExecutionSemantics, core state.
    """
    match RULES[fact.event_type].subject:
        case EventSubject.RUN:
            return _evolve_run(state, fact)
        case EventSubject.STEP:
            return _evolve_step(state, fact)
        case EventSubject.SIGNAL:  # pragma: no branch - mypy proves the match whole
            return _evolve_signal(state, fact)


def evolve_all(state: CoreState, facts: Iterable[Fact]) -> CoreState:
    """Fold facts in order."""
    for fact in facts:
        state = evolve(state, fact)
    return state


def _evolve_run(state: CoreState, fact: Fact) -> CoreState:
    run = next_run_state(fact.event_type, state.run)
    if run is None:
        return state
    counts = {**state.counts, fact.event_type: fact.ordinal}
    failed, cancel = state.failed_step, state.cancel
    if isinstance(fact.payload, RunFailingPayload):
        failed = None if fact.payload.step_id is MISSING else fact.payload.step_id
    if isinstance(fact.payload, RunCancellingPayload):
        cancel = (fact.payload.code, fact.payload.signal_id)
    return replace(state, run=run, counts=counts, failed_step=failed, cancel=cancel)


def _evolve_signal(state: CoreState, fact: Fact) -> CoreState:
    signal_id = fact.subject_id or ""
    opened = dict(state.open_signals)
    if isinstance(fact.payload, SignalAcceptedPayload):
        if signal_id not in state.applied_signals:
            opened[signal_id] = OpenSignal(signal_id, fact.payload.signal_type)
        return replace(state, open_signals=opened)
    opened.pop(signal_id, None)
    return replace(state, open_signals=opened, applied_signals=state.applied_signals | {signal_id})


def _evolve_step(state: CoreState, fact: Fact) -> CoreState:
    index = state.walk.graph.index.get(fact.subject_id or "")
    if index is None or index in state.in_flight:
        return state
    old = state.step(index)
    status = next_step_status(
        fact.event_type,
        status=old.status,
        attempt=old.attempt,
        event_attempt=fact.ordinal,
        reused=is_reuse(fact.payload),
    )
    if status is None:
        return state
    retry_at = None
    if isinstance(fact.payload, StepFailedPayload) and fact.payload.retry_at is not MISSING:
        retry_at = fact.payload.retry_at
    return moved(state, index, StepState(status, fact.ordinal, retry_at))


def moved(state: CoreState, index: int, new: StepState) -> CoreState:
    """The state with one step moved, readiness of its dependents included."""
    old = state.step(index)
    steps = {**state.steps, index: new}
    ready = tuple(step for step in state.ready if step != index) if index in state.ready else state.ready
    if new.status is not StepStatus.SUCCEEDED or old.status is StepStatus.SUCCEEDED:
        return replace(state, steps=steps, ready=ready)
    unmet = dict(state.unmet)
    freed = []
    for dependent in state.walk.graph.dependents[index]:
        unmet[dependent] -= 1
        if unmet[dependent] == 0:
            del unmet[dependent]
            if dependent not in steps:
                freed.append(dependent)
    return replace(state, steps=steps, unmet=unmet, ready=tuple(sorted((*ready, *freed))) if freed else ready)
