"""What led to each event of a log: its direct causes within the same log."""

from dataclasses import dataclass, field
from typing import Final

from dvt_contracts.models.events.v1.run_cancelled import RunCancelledPayload
from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.run_paused import RunPausedPayload
from dvt_contracts.models.events.v1.run_resumed import RunResumedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.events.v1.step_started import StepStartedPayload
from dvt_contracts.models.glossary.v1.status import SkipCode
from pydantic import MISSING

from dvt_engine_core.diff.history import History, Told
from dvt_engine_core.transitions import is_terminal_event

_BY_ENDING: Final = frozenset({SkipCode.RUN_FAILING, SkipCode.RUN_CANCELLED})
_BY_UPSTREAM: Final = frozenset({SkipCode.UPSTREAM_FAILED, SkipCode.UPSTREAM_SKIPPED})


@dataclass(slots=True)
class _Past:
    """What has happened so far, by the `runSeq` of the latest event of each subject."""

    dependencies: dict[str, tuple[str, ...]]
    run: int = 0
    started: int = 0
    ending: int = 0
    resumed: int = 0
    applied: int = 0
    steps: dict[str, int] = field(default_factory=dict)
    signals: dict[str, int] = field(default_factory=dict)
    targeted: dict[str, int] = field(default_factory=dict)

    def take(self, told: Told) -> None:
        kind, name = told.stream[0], told.fact.subject_id or ""
        if kind == "step":
            self.steps[name] = told.run_seq
        elif kind == "signal":
            self.signals[name] = told.run_seq
            if told.event_type == "SignalApplied":
                self.applied = told.run_seq
                self.targeted[told.stream[2]] = told.run_seq
        else:
            self.run = told.run_seq
            self.started = self.started or (told.run_seq if told.event_type == "RunStarted" else 0)
            self.ending = told.run_seq if told.event_type in {"RunFailing", "RunCancelling"} else self.ending
            self.resumed = told.run_seq if told.event_type == "RunResumed" else self.resumed

    def of_step(self, told: Told) -> list[int]:
        name, payload = told.fact.subject_id or "", told.fact.payload
        found = [self.targeted.get(name, 0)]
        if name in self.steps:
            found.append(self.steps[name])
        else:
            found += [self.started, *(self.steps.get(other, 0) for other in self.dependencies.get(name, ()))]
        if isinstance(payload, StepStartedPayload):
            found.append(payload.inputs_version)
        if isinstance(payload, StepSkippedPayload) and payload.code in _BY_UPSTREAM:
            found += [self.resumed, *(self.steps.get(other, 0) for other in self.dependencies.get(name, ()))]
        if told.event_type == "StepCancelled" or (
            isinstance(payload, StepSkippedPayload) and payload.code in _BY_ENDING
        ):
            found.append(self.ending)
        return found

    def of_run(self, told: Told) -> list[int]:
        payload = told.fact.payload
        found = [self.run]
        match payload:
            case RunPausedPayload() | RunFailingPayload() | RunFailedPayload() if payload.step_id is not MISSING:
                found.append(self.steps.get(payload.step_id, 0))
            case RunPausedPayload() | RunResumedPayload() if payload.signal_id is MISSING:
                found.append(self.applied)
            case RunPausedPayload() | RunResumedPayload() | RunCancellingPayload() | RunCancelledPayload():
                found.append(self.signals.get(str(payload.signal_id), 0))
            case _:
                pass
        if is_terminal_event(told.event_type) or told.event_type == "RunDrained":
            found += self.steps.values()
        return found

    def of_signal(self, told: Told) -> list[int]:
        """Who decides on a signal has seen all that was recorded; its application depends on where things stand."""
        name = told.fact.subject_id or ""
        if told.event_type == "SignalApplied":
            return [self.signals.get(name, 0), self.run, self.steps.get(told.stream[2], 0)]
        return [self.run, self.applied, *self.steps.values()]


def direct_causes(history: History) -> dict[int, tuple[int, ...]]:
    """The direct causes of each event, all by `runSeq`.

    Shape: causes come before what they cause; the first event has none. Where the plan is not known, dependencies
    between steps are not either.
    Source: ExecutionSemantics; what each event is recorded upon.
    """
    plan = history.plan
    past = _Past({step.step_id: tuple(step.depends_on) for step in plan.steps} if plan else {})
    causes: dict[int, tuple[int, ...]] = {}
    for told in history.events:
        match told.stream[0]:
            case "step":
                found = past.of_step(told)
            case "signal":
                found = past.of_signal(told)
            case _:
                found = past.of_run(told)
        causes[told.run_seq] = tuple(sorted({cause for cause in found if 0 < cause < told.run_seq}))
        past.take(told)
    return causes


def influenced(causes: dict[int, tuple[int, ...]], divergent: frozenset[int]) -> frozenset[int]:
    """The events that a divergent event led to, at any distance; by `runSeq`."""
    found: set[int] = set()
    for run_seq in sorted(causes):
        if any(cause in divergent or cause in found for cause in causes[run_seq]):
            found.add(run_seq)
    return frozenset(found)
