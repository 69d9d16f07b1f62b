"""What travels through Temporal: names, and arguments of ids only. Plans, inputs and outputs never do.

These names and shapes are in every recorded history: they only grow, by members with defaults.
"""

from dataclasses import dataclass
from typing import Final

from dvt_contracts.models.glossary.v1.status import SignalType, StepStatus
from dvt_engine_core.causes import Cause, DeadlinePassed, RetryDue, RunLoaded, SignalArrived, StepLost, StepReturned
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.standpoint import Standpoint

INTERPRETER: Final = "dvt.interpreter"
LOAD: Final = "dvt.load"
STEP: Final = "dvt.step"
RECORD: Final = "dvt.record"
SIGNAL: Final = "dvt.signal"


@dataclass(frozen=True, slots=True)
class StepRequest:
    """Which attempt an activity runs."""

    run: RunKey
    step_id: str
    attempt: int
    inputs_version: int = 0


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """What became of an attempt; the output stays in the store."""

    status: StepStatus
    retry_at: str | None = None


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """The cause whose decision is to be recorded: the one member that is set, or RunLoaded where none is.

    Shape: `seen` is where the interpreter stands, None for one that knows nothing beyond the log.
    """

    run: RunKey
    returned: StepReturned | None = None
    lost: StepLost | None = None
    due: RetryDue | None = None
    signal: SignalArrived | None = None
    deadline: DeadlinePassed | None = None
    seen: Standpoint | None = None

    @property
    def cause(self) -> Cause:
        """The cause that it names."""
        return self.returned or self.lost or self.due or self.signal or self.deadline or RunLoaded()


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """After a lost step, what the log says of it; after an update of parameters, which inputs count."""

    told: StepAnswer | None = None
    inputs_version: int = 0


@dataclass(frozen=True, slots=True)
class SignalMessage:
    """An accepted signal and the step that it names; other arguments are in the log."""

    signal_id: str
    signal_type: SignalType
    step_id: str | None = None


def record_request(run: RunKey, cause: Cause, seen: Standpoint | None = None) -> RecordRequest:
    """Name a cause for the record activity."""
    match cause:
        case RunLoaded():
            return RecordRequest(run, seen=seen)
        case StepReturned():
            return RecordRequest(run, returned=cause, seen=seen)
        case StepLost():
            return RecordRequest(run, lost=cause, seen=seen)
        case RetryDue():
            return RecordRequest(run, due=cause, seen=seen)
        case DeadlinePassed():
            return RecordRequest(run, deadline=cause, seen=seen)
        case SignalArrived():
            return RecordRequest(run, signal=cause, seen=seen)
