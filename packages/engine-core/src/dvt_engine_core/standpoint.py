"""What an interpreter and its record step tell each other: where the one stands, and what the log says then."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from dvt_engine_core.causes import StepReturned
from dvt_engine_core.folding import initial_state
from dvt_engine_core.state import CoreState
from dvt_engine_core.walk import Walk


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Where an interpreter stood before it heard a cause.

    Shape: `in_flight` maps step indices to the attempt whose return it has not heard: what the log says of such an
    attempt comes after the decision. `loaded` is False while signals are applied after a load.
    """

    in_flight: Mapping[int, int] = field(default_factory=dict)
    loaded: bool = True

    @classmethod
    def of(cls, state: CoreState, *, without: int | None = None) -> Self:
        """The standpoint of an interpreter in `state`; a step `without` activity is judged by the log alone."""
        in_flight = {index: attempt for index, attempt in sorted(state.in_flight.items()) if index != without}
        return cls(in_flight, state.loaded)

    def start(self, walk: Walk) -> CoreState:
        """State before any event, from which the log folds to what the interpreter sees."""
        state = initial_state(walk)
        ready = tuple(step for step in state.ready if step not in self.in_flight)
        return replace(state, in_flight=dict(self.in_flight), ready=ready, loaded=self.loaded)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the log says after a decision: of a lost step, and which inputs count from now on."""

    told: StepReturned | None = None
    inputs_version: int = 0
