"""What may follow what in the modelled run of one step: a small copy of the transition tables, on purpose.

The model is read beside the tables and may not borrow their mistakes.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple, TypeAlias

Log: TypeAlias = tuple["Entry", ...]

PENDING, RUNNING, SUCCEEDED, FAILED = "PENDING", "RUNNING", "SUCCEEDED", "FAILED"
OUTCOMES: Final = {"StepCompleted": SUCCEEDED, "StepFailed": FAILED}
ENDINGS: Final = {"RunCompleted": "COMPLETED", "RunFailed": "FAILED", "RunCancelled": "CANCELLED"}


class Event(NamedTuple):
    """A fact.

    Shape: `legal_from` is the only run status that its writer names, if any; a `patient` writer waits until its fact
    may follow, or can no more.
    """

    type: str
    attempt: int = 1
    legal_from: str = ""
    patient: bool = False

    @property
    def key(self) -> tuple[str, int]:
        """The idempotency key."""
        return self.type, self.attempt

    @property
    def slot(self) -> tuple[str, int] | None:
        """What only one event of a run may take."""
        if self.type in OUTCOMES:
            return "outcome", self.attempt
        if self.type in ENDINGS:
            return "end", 0
        return ("start", self.attempt) if self.type == "StepStarted" else None


class Entry(NamedTuple):
    """An event in a log, with the number it was given."""

    seq: int
    event: Event


class Status(NamedTuple):
    """Where a run and its one step stand."""

    run: str = PENDING
    step: str = PENDING
    attempt: int = 0
    started: bool = False


@cache
def status_of(log: Log) -> Status:
    """Fold a log, whatever is in it."""
    at = Status()
    for _, event in log:
        if event.type == "RunStarted":
            at = at._replace(run=RUNNING, started=True)
        elif event.type == "StepStarted":
            at = at._replace(step=RUNNING, attempt=event.attempt)
        elif event.type in OUTCOMES:
            at = at._replace(step=OUTCOMES[event.type])
        else:
            at = at._replace(run=ENDINGS[event.type])
    return at


def legal(at: Status, event: Event, *, live_step_guard: bool = True) -> bool:
    """Whether an event may follow."""
    if at.run in ENDINGS.values():
        return False
    if event.type == "RunStarted":
        return at.run == PENDING
    if event.type == "StepStarted":
        return at.run == RUNNING and at.step in {PENDING, FAILED} and event.attempt == at.attempt + 1
    if event.type in OUTCOMES:
        return at.step == RUNNING and event.attempt == at.attempt
    return not (live_step_guard and at.step == RUNNING)
