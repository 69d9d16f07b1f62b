"""Run events, each with its occurrence."""

from dvt_engine_core.facts import Fact, Payload
from dvt_engine_core.state import CoreState


def run_fact(state: CoreState, event_type: str, payload: Payload) -> Fact:
    """A run event with its occurrence, fixed by the state that decides."""
    return Fact(event_type, payload, ordinal=state.counts.get(event_type, 0) + 1)
