"""What must hold in every state, and what every state must still be able to reach."""

from __future__ import annotations

from dvt_engine_core.testing.model.rules import ENDINGS, FAILED, RUNNING, SUCCEEDED, Log, status_of
from dvt_engine_core.testing.model.system import Scenario, State


def broken(state: State) -> str:
    """The first invariant that a state breaks, empty if none."""
    for log, seen in zip(state.logs, state.seen, strict=True):
        told = _of_log(log) or _of_consumer(log, seen)
        if told:
            return told
    return state.wrong


def _of_log(log: Log) -> str:
    events = [entry.event for entry in log]
    if [entry.seq for entry in log] != list(range(1, len(log) + 1)):
        return "I1 runSeq is not contiguous"
    keys = [event.key for event in events]
    if len(set(keys)) < len(keys):
        return "I2 a key is in the log twice"
    slots = [event.slot for event in events if event.slot]
    if len(set(slots)) < len(slots):
        return "I2 a slot is taken twice"
    if any(event.type in ENDINGS for event in events[:-1]):
        return "I8 something follows the terminal event"
    at = status_of(log)
    if at.run in ENDINGS.values() and at.step == RUNNING:
        return "I8 the run has ended beside a live step"
    if at.run in ENDINGS.values() and at.started and at.step not in {SUCCEEDED, FAILED}:
        return "I8 a started run has ended and its step has not"
    return ""


def _of_consumer(log: Log, seen: tuple[int, ...]) -> str:
    if any(seq > len(log) for seq in seen):
        return "I10 an event was delivered that is not in the log"
    return "" if seen == tuple(range(1, len(seen) + 1)) else "I9 first deliveries are out of order"


def finished(state: State, scenario: Scenario) -> bool:
    """Every writer has its answers, and every event of every log was delivered."""
    if any(writer.done < len(wanted) for writer, wanted in zip(state.writers, scenario.writers, strict=True)):
        return False
    return not scenario.relays or all(len(seen) == len(log) for log, seen in zip(state.logs, state.seen, strict=True))
