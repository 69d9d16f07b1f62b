"""The fold: facts move core state.

While a step is in flight its own activity is the only witness: facts that others record about that attempt do not move
it here, its return does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dvt_contracts.base import Empty
from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.events.v1.step_started import StepStartedPayload
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSubject
from dvt_contracts.models.glossary.v1.status import SignalEffect, SignalType, StepStatus
from pydantic import MISSING

from dvt_engine_core.facts import Fact, is_reuse
from dvt_engine_core.state import CoreState, OpenSignal, StepState
from dvt_engine_core.transitions import RULES, next_run_state, next_step_status
from dvt_engine_core.walk import Walk


def initial_state(walk: Walk) -> CoreState:
    """State before any event: the roots of the graph are ready."""
    needed = walk.graph.dependencies
    return CoreState(
        walk,
        unmet={step: len(before) for step, before in enumerate(needed) if before},
        unsettled=len(needed),
        ready=tuple(step for step, before in enumerate(needed) if not before),
    )


def evolve(state: CoreState, fact: Fact) -> CoreState:
    """Fold one fact. An illegal one changes nothing: the store would have refused it.

    Source: ExecutionSemantics, core state.
    """
    return evolve_all(state, (fact,))


def evolve_all(state: CoreState, facts: Iterable[Fact]) -> CoreState:
    """Fold facts in order, in time linear in the facts and what they free."""
    draft = Draft(state)
    for fact in facts:
        match RULES[fact.event_type].subject:
            case EventSubject.RUN:
                _run(draft, fact)
            case EventSubject.STEP:
                _step(draft, fact)
            case EventSubject.SIGNAL:  # pragma: no branch - mypy proves the match whole
                _signal(draft, fact)
    return draft.state()


def moved(state: CoreState, steps: Mapping[int, StepState]) -> CoreState:
    """The state with steps moved, readiness of their dependents included."""
    draft = Draft(state)
    for index, step in steps.items():
        draft.move(index, step)
    return draft.state()


@dataclass(slots=True)
class Draft:
    """A state being moved: everything about steps is copied once, however many facts come."""

    now: CoreState
    steps: dict[int, StepState] = field(init=False)
    unmet: dict[int, int] = field(init=False)
    failed: set[int] = field(init=False)
    ready: set[int] = field(init=False)
    blocked: set[int] = field(init=False)
    unsettled: int = field(init=False)
    touched: bool = False

    def state(self) -> CoreState:
        """The state as moved."""
        if not self.touched:
            return self.now
        return replace(
            self.now,
            steps=self.steps,
            unmet=self.unmet,
            failed=frozenset(self.failed),
            ready=tuple(sorted(self.ready)),
            blocked=tuple(sorted(self.blocked)),
            unsettled=self.unsettled,
        )

    def step(self, index: int) -> StepState:
        """State of a step."""
        return self.now.step(index)

    def move(self, index: int, step: StepState) -> None:
        """Move a step to another state."""
        self._touch()
        was = self.now.settled(index)
        self.steps[index] = step
        self._place(index, was=was)

    def returned(self, index: int, step: StepState) -> None:
        """A step in flight came back."""
        self._touch()
        was = self.now.settled(index)
        in_flight = {other: attempt for other, attempt in self.now.in_flight.items() if other != index}
        gone = frozenset({index})
        self.now = replace(self.now, in_flight=in_flight, asked=self.now.asked - gone, tried=self.now.tried - gone)
        self.steps[index] = step
        self._place(index, was=was)

    def end(self, changed: CoreState) -> None:
        """The run begins to end: what waits for a retry is given up where the ending does not keep it."""
        before = [(index, self.now.settled(index)) for index in sorted(self.now.failed)]
        self.now = changed
        if before:
            self._touch()
            for index, was in before:
                self._place(index, was=was)

    def _touch(self) -> None:
        if self.touched:
            return
        self.touched = True
        self.steps, self.unmet = dict(self.now.steps), dict(self.now.unmet)
        self.failed, self.ready, self.blocked = set(self.now.failed), set(self.now.ready), set(self.now.blocked)
        self.unsettled = self.now.unsettled
        self.now = replace(self.now, steps=self.steps, failed=self.failed)  # type: ignore[arg-type]  # until frozen

    def _place(self, index: int, *, was: bool) -> None:
        """Put a step where it belongs, and tell its dependents when it became settled or ceased to be."""
        step = self.steps[index]
        (self.failed.add if step.status is StepStatus.FAILED else self.failed.discard)(index)
        self.blocked.discard(index)
        settled = self.now.settled(index)
        starts = step.due and step.status is StepStatus.FAILED and not settled and index not in self.now.in_flight
        (self.ready.add if starts else self.ready.discard)(index)
        if settled is not was:
            self.unsettled += -1 if settled else 1
            for dependent in self.now.walk.graph.dependents[index]:
                self._count(dependent, -1 if settled else 1)

    def _count(self, dependent: int, change: int) -> None:
        left = self.unmet.get(dependent, 0) + change
        if left:
            self.unmet[dependent] = left
        else:
            del self.unmet[dependent]
        if dependent in self.steps or dependent in self.now.in_flight:
            return
        self.ready.discard(dependent)
        self.blocked.discard(dependent)
        if left:
            return
        walk = self.now.walk
        runs = dependent in walk.clean_up or all(
            self.now.step(needed).status is StepStatus.SUCCEEDED for needed in walk.graph.dependencies[dependent]
        )
        (self.ready if runs else self.blocked).add(dependent)


def _run(draft: Draft, fact: Fact) -> None:
    state = draft.now
    run = next_run_state(fact.event_type, state.run)
    if run is None:
        return
    changed = replace(state, run=run, counts={**state.counts, fact.event_type: fact.ordinal})
    match fact.event_type, fact.payload:
        case "RunStarted", _:
            draft.now = replace(changed, started_at=fact.emitted_at)
        case "RunResumed", _:
            draft.now = changed
            _accept_failures(draft)
        case _, RunFailingPayload(code=code, step_id=step_id):
            draft.end(replace(changed, failing_code=code, failed_step=None if step_id is MISSING else step_id))
        case _, RunCancellingPayload(code=code, signal_id=signal_id):
            draft.end(replace(changed, cancel=(code, signal_id)))
        case _:
            draft.now = changed


def _accept_failures(draft: Draft) -> None:
    """A resume takes the failures that nobody asked to retry as they are."""
    for index in sorted(draft.now.failed):
        step = draft.step(index)
        if step.out_of_attempts and index not in draft.now.in_flight:
            draft.move(index, replace(step, accepted=True))


def _signal(draft: Draft, fact: Fact) -> None:
    state, signal_id = draft.now, fact.subject_id or ""
    opened = dict(state.open_signals)
    if isinstance(fact.payload, SignalAcceptedPayload):
        if signal_id not in state.applied_signals:
            step_id = fact.payload.arguments.get("stepId")
            opened[signal_id] = OpenSignal(signal_id, fact.payload.signal_type, str(step_id) if step_id else None)
        draft.now = replace(state, open_signals=opened)
        return
    signal = opened.pop(signal_id, None)
    draft.now = replace(state, open_signals=opened, applied_signals=state.applied_signals | {signal_id})
    if isinstance(fact.payload, SignalAppliedPayload) and fact.payload.effect is SignalEffect.APPLIED:
        _applied(draft, fact, fact.payload.signal_type, signal)


def _applied(draft: Draft, fact: Fact, signal_type: SignalType, signal: OpenSignal | None) -> None:
    """What a signal changes by itself; the events of its group say the rest."""
    if signal_type is SignalType.UPDATE_PARAMETERS:
        draft.now = replace(draft.now, inputs_version=max(draft.now.inputs_version, fact.run_seq))
    index = draft.now.walk.graph.index.get(signal.step_id or "") if signal else None
    if signal_type is SignalType.RETRY_STEP and index is not None:
        step = draft.step(index)
        if step.status is StepStatus.FAILED:
            draft.move(index, replace(step, due=True, accepted=False))


def _step(draft: Draft, fact: Fact) -> None:
    state = draft.now
    index = state.walk.graph.index.get(fact.subject_id or "")
    if index is None or fact.ordinal >= state.in_flight.get(index, fact.ordinal + 1):
        return
    old = draft.step(index)
    status = next_step_status(
        fact.event_type,
        status=old.status,
        attempt=old.attempt,
        event_attempt=fact.ordinal,
        reused=is_reuse(fact.payload),
    )
    if status is None:
        return
    retry_at, version = None, 0
    match fact.payload:
        case StepFailedPayload(retry_at=str(again)):
            retry_at = again
        case StepStartedPayload(inputs_version=version):
            pass
        case Empty():  # redelivered: the inputs stay those of the attempt
            version = old.inputs_version
        case _:
            pass
    draft.move(index, StepState(status, fact.ordinal, retry_at, inputs_version=version))
