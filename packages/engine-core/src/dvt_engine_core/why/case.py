"""A run as it is explained: where its steps stand, and which event told what."""

from dataclasses import dataclass
from typing import Self

from dvt_contracts.models.engine.v1.run_why import Reason, ReasonKind
from dvt_contracts.models.engine.v1.signal_snapshot import SignalSnapshot
from dvt_contracts.models.engine.v1.step_snapshot import StepSnapshot
from dvt_contracts.models.glossary.v1.status import StepStatus
from dvt_contracts.models.plan.v1.step import PlanStep
from pydantic import MISSING

from dvt_engine_core.diff.history import RUN_STREAM, History, Told
from dvt_engine_core.transitions import FINAL_STEP


@dataclass(frozen=True, slots=True)
class Case:
    """A run with its steps and signals by id; `planned` holds the steps of the plan in its order, where it is known."""

    history: History
    steps: dict[str, StepSnapshot]
    signals: dict[str, SignalSnapshot]
    planned: tuple[PlanStep, ...]

    @classmethod
    def of(cls, history: History) -> Self:
        """The case of a run."""
        return cls(
            history,
            {step.step_id: step for step in history.snapshot.steps},
            {signal.signal_id: signal for signal in history.snapshot.signals},
            tuple(history.plan.steps) if history.plan else (),
        )

    @property
    def step_ids(self) -> tuple[str, ...]:
        """All steps in plan order; without a plan those that have events."""
        return tuple(step.step_id for step in self.planned) or tuple(self.steps)

    def status(self, step_id: str) -> StepStatus:
        """Status of a step."""
        step = self.steps.get(step_id)
        return step.status if step else StepStatus.PENDING

    def settled(self, step_id: str) -> bool:
        """Whether a step is terminal for those that depend on it."""
        step = self.steps.get(step_id)
        if step is None:
            return False
        waits = step.outcome is not MISSING and step.outcome.retry_at is not MISSING
        return step.status in FINAL_STEP or (step.status is StepStatus.FAILED and not waits)

    def latest(self, event_type: str) -> Told | None:
        """The latest run event of a type."""
        told = self.history.streams.get(RUN_STREAM, ())
        return next((event for event in reversed(told) if event.event_type == event_type), None)

    def latest_of(self, step_id: str) -> Told | None:
        """The latest event of a step."""
        told = self.history.streams.get(("step", step_id), ())
        return told[-1] if told else None

    def sent(self, signal_id: str, kind: ReasonKind, said: str, told: Told | None) -> Reason:
        """A reason that somebody gave by a signal: `said`, by whom, and why."""
        signal = self.signals.get(signal_id)
        decision = signal.decision if signal else MISSING
        if decision is MISSING:
            return Reason(kind=kind, text=said, signal_id=signal_id, run_seq=told.run_seq if told else MISSING)
        why = "" if decision.reason is MISSING else f": {decision.reason}"
        return Reason(
            kind=kind,
            text=f"{said} by {decision.actor.actor_id}{why}"[:4096],
            signal_id=signal_id,
            signal_type=decision.signal_type,
            actor_id=decision.actor.actor_id,
            reason=decision.reason,
            since=decision.at,
            run_seq=told.run_seq if told else MISSING,
        )

    def logs_hint(self, step_id: str, attempt: int) -> str:
        """Where the log of an attempt is."""
        return f"dvt run logs {self.history.snapshot.run_id} {step_id} --attempt {attempt}"
