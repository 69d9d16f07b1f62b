"""Breadth-first search through every state, shortest counterexample first; then liveness, backwards."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass

from dvt_engine_core.testing.model.invariants import broken, finished
from dvt_engine_core.testing.model.system import Scenario, State, initial, steps


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a search found: how many states, and the way into the first bad one, empty if there is none."""

    states: int
    fault: str = ""
    trace: tuple[str, ...] = ()


def search(scenario: Scenario) -> Verdict:
    """Visit every reachable state; stop at the first that is wrong or from which the end cannot be reached."""
    start = initial(scenario)
    origin: dict[State, tuple[State, str] | None] = {start: None}
    before: dict[State, list[State]] = defaultdict(list)
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        fault = broken(state)
        if fault:
            return Verdict(len(origin), fault, _way(state, origin))
        for told, after in steps(state, scenario):
            before[after].append(state)
            if after not in origin:
                origin[after] = (state, told)
                waiting.append(after)
    hopeless = _hopeless(list(origin), before, scenario)
    if hopeless is None:
        return Verdict(len(origin))
    return Verdict(len(origin), "liveness: from here not everything can be delivered", _way(hopeless, origin))


def _hopeless(states: list[State], before: dict[State, list[State]], scenario: Scenario) -> State | None:
    """The first state, in order of discovery, from which no finished one can be reached."""
    hopeful = {state for state in states if finished(state, scenario)}
    waiting = list(hopeful)
    while waiting:
        for state in before[waiting.pop()]:
            if state not in hopeful:
                hopeful.add(state)
                waiting.append(state)
    return next((state for state in states if state not in hopeful), None)


def _way(state: State, origin: dict[State, tuple[State, str] | None]) -> tuple[str, ...]:
    told: list[str] = []
    while (link := origin[state]) is not None:
        state, step = link
        told.append(step)
    return tuple(reversed(told))
