"""What a decision asks of the world: facts to record first, then effects."""

from dataclasses import dataclass
from typing import TypeAlias

from dvt_engine_core.facts import Fact


@dataclass(frozen=True, slots=True)
class DispatchStep:
    """Run an attempt of a step; `inputs_version` is 0 or the runSeq of the last update of parameters."""

    step_id: str
    attempt: int
    inputs_version: int


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Say RetryDue for a step at an Instant."""

    step_id: str
    at: str


@dataclass(frozen=True, slots=True)
class StartDeadline:
    """Say DeadlinePassed at an Instant."""

    at: str


@dataclass(frozen=True, slots=True)
class CancelStep:
    """Ask the activity of a step in flight to stop."""

    step_id: str


@dataclass(frozen=True, slots=True)
class FinishRun:
    """The run ended; the interpreter can go."""


Effect: TypeAlias = DispatchStep | StartTimer | StartDeadline | CancelStep | FinishRun


@dataclass(frozen=True, slots=True)
class Decision:
    """Facts in the order in which they must be recorded, and effects that start after they are."""

    facts: tuple[Fact, ...] = ()
    effects: tuple[Effect, ...] = ()
