"""What makes the core decide. All of it comes from outside; each says what happened and nothing about what to do."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dvt_contracts.models.glossary.v1.status import SignalType, StepStatus


@dataclass(frozen=True, slots=True)
class RunLoaded:
    """The interpreter has plan and fold at hand, for the first time or after a restore."""


@dataclass(frozen=True, slots=True)
class StepReturned:
    """A step's activity came back; stands for its StepStarted and its outcome."""

    step_id: str
    attempt: int
    status: StepStatus
    retry_at: str | None = None


@dataclass(frozen=True, slots=True)
class StepLost:
    """A step's activity never came back. Decided on the log alone, by the record activity.

    Shape: `at` is the Instant at which it was given up, the producer's clock.
    """

    step_id: str
    attempt: int
    code: Literal["TIMEOUT", "WORKER_LOST", "LOST_CONTACT", "CANCELLED"]
    at: str


@dataclass(frozen=True, slots=True)
class RetryDue:
    """The timer of a failed step fired."""

    step_id: str


@dataclass(frozen=True, slots=True)
class SignalArrived:
    """An accepted signal was delivered."""

    signal_id: str
    signal_type: SignalType


Cause: TypeAlias = RunLoaded | StepReturned | StepLost | RetryDue | SignalArrived
