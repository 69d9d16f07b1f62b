"""What makes the core decide. All of it comes from outside; each says what happened and nothing about what to do."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dvt_contracts.base import JsonObject
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
    """The timer of a failed step fired.

    Shape: `at` is the Instant for which it was set; a timer whose attempt an operator has started meanwhile is late.
    """

    step_id: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The deadline of the run has passed."""


@dataclass(frozen=True, slots=True)
class SignalArrived:
    """An accepted signal was delivered.

    Shape: `step_id` for signals to a step. Of update-parameters only the record step knows `parameters`, and whether
    the inputs fit the plan's schema with them (`inputs_valid`).
    """

    signal_id: str
    signal_type: SignalType
    step_id: str | None = None
    parameters: JsonObject | None = None
    inputs_valid: bool = True


Cause: TypeAlias = RunLoaded | StepReturned | StepLost | RetryDue | DeadlinePassed | SignalArrived
