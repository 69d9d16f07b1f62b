"""Live progress on standard error: a table that moves on a terminal, plain lines elsewhere, nothing with --quiet."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from dvt_contracts.models.events.v1.record import RawRecord

from dvt.describe import STEP_STATUS, EventLine, event_line
from dvt.paint import one_line, paint_status
from dvt.shell import Shell

if TYPE_CHECKING:
    from dvt.live import LiveProgress


@dataclass(frozen=True, slots=True)
class StepProgress:
    """A step as progress shows it; times are epoch seconds of the events."""

    step_id: str
    status: str = "PENDING"
    attempt: int = 0
    started_s: float | None = None
    ended_s: float | None = None
    note: str = ""


@dataclass(slots=True)
class RunProgress:
    """What is known of a run so far, folded from its events, steps in plan order."""

    run_id: str
    status: str = "PENDING"
    steps: dict[str, StepProgress] = field(default_factory=dict)

    def hear(self, line: EventLine) -> StepProgress | None:
        """Take an event; the step that it changed."""
        self.status = _RUN_STATUS.get(line.event_type, self.status)
        status = STEP_STATUS.get(line.event_type)
        if status is None:
            return None
        at = _seconds(line.at)
        known = self.steps.get(line.subject, StepProgress(line.subject))
        step = replace(known, status=status, attempt=line.attempt or known.attempt, note=line.detail)
        if line.event_type == "StepStarted":
            step = replace(step, started_s=at, ended_s=None)
        elif status != "RUNNING":
            step = replace(step, ended_s=at)
        self.steps[line.subject] = step
        return step


_RUN_STATUS = {
    "RunStarted": "RUNNING",
    "RunFailing": "RUNNING/FAILING",
    "RunCancelling": "RUNNING/CANCELLING",
    "RunPaused": "PAUSED",
    "RunResumed": "RUNNING",
    "RunCompleted": "COMPLETED",
    "RunFailed": "FAILED",
    "RunCancelled": "CANCELLED",
}


class Progress(Protocol):
    """Shows a run while it goes on."""

    def hear(self, record: RawRecord) -> None:
        """Show what an event changed."""

    def say(self, text: str) -> None:
        """Show a line that is no event."""


def progress_of(shell: Shell, run_id: str, step_ids: Sequence[str]) -> AbstractContextManager[Progress]:
    """The progress that fits the terminal, as a context manager."""
    run = RunProgress(run_id, steps={step_id: StepProgress(step_id) for step_id in step_ids})
    if shell.live():
        return _live(shell, run)
    return nullcontext(LineProgress(shell, run))


def _live(shell: Shell, run: RunProgress) -> LiveProgress:
    from dvt.live import LiveProgress

    return LiveProgress(shell, run)


class LineProgress:
    """A line per change of a step."""

    def __init__(self, shell: Shell, run: RunProgress) -> None:
        self._shell = shell
        self._run = run
        self._width = min(max((len(step_id) for step_id in run.steps), default=8), 40)

    def hear(self, record: RawRecord) -> None:
        """Print a line, unless the event changed no step."""
        line = event_line(record)
        step = self._run.hear(line)
        if step is not None:
            self._shell.note(self.line(line, step))
        elif line.event_type in {"RunFailing", "RunCancelling"}:
            self._shell.note(f"{line.at[11:23]}  {line.event_type} {one_line(line.detail)}")

    def say(self, text: str) -> None:
        """Print it."""
        self._shell.note(text)

    def line(self, line: EventLine, step: StepProgress) -> str:
        """The line of a step."""
        took = took_text(step.started_s, step.ended_s)
        tries = f" attempt {step.attempt}" if step.attempt > 1 else ""
        status = paint_status(step.status.ljust(9), on=False)
        text = f"{line.at[11:23]}  {step.step_id:<{self._width}}  {status}  {took:>8}{tries}  {one_line(step.note)}"
        return text.rstrip()


def took_text(started_s: float | None, ended_s: float | None) -> str:
    """Time between two moments for a person: 0.12 s, 12.3 s, 3:05 min; empty where one is missing."""
    if started_s is None or ended_s is None:
        return ""
    took = max(0.0, ended_s - started_s)
    if took < 10:  # noqa: PLR2004 - two digits that matter
        return f"{took:.2f} s"
    if took < 60:  # noqa: PLR2004 - a minute
        return f"{took:.1f} s"
    return f"{int(took // 60)}:{int(took % 60):02d} min"


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def seconds_between(start: str, end: str) -> float:
    """Seconds between two Instants."""
    return _seconds(end) - _seconds(start)
