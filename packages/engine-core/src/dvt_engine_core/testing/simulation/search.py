"""Hunting: every single fault, every pair, or faults by lot; what is found is said in a form that can be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from random import Random

from dvt_engine_core.testing.simulation.faults import AT, Fault
from dvt_engine_core.testing.simulation.loop import NothingLeftError
from dvt_engine_core.testing.simulation.simulate import Simulated, Simulation, simulate


@dataclass(frozen=True, slots=True)
class Finding:
    """An execution that is not as it must be; `simulation` repeats it."""

    simulation: Simulation
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        faults = {number: fault.value for number, fault in self.simulation.faults.items()}
        return f"seed {self.simulation.seed}, faults {faults}: {'; '.join(self.wrong)}"


def single_faults(base: Simulation) -> Iterator[Simulation]:
    """The plan with each fault that makes sense at each of its boundaries."""
    for number, kind in enumerate(simulate(base).boundaries):
        for fault in AT[kind]:
            yield replace(base, faults={number: fault})


def pairs(base: Simulation) -> Iterator[Simulation]:
    """The plan with each two faults at two boundaries of its undisturbed execution."""
    kinds = simulate(base).boundaries
    for (one, first), (other, second) in combinations(enumerate(kinds), 2):
        for fault in AT[first]:
            yield from (replace(base, faults={one: fault, other: another}) for another in AT[second])


def by_lot(base: Simulation, seed: int) -> Simulation:
    """The plan under another seed with one to four faults anywhere."""
    chance = Random(seed)  # noqa: S311 - executions are to be repeated
    last = 2 * len(simulate(base).boundaries)
    faults = {chance.randrange(last): chance.choice(list(Fault)) for _ in range(chance.randint(1, 4))}
    return replace(base, seed=seed, faults=dict(sorted(faults.items())))


def judge(simulation: Simulation, undisturbed: Simulated) -> Finding | None:
    """Execute and compare with the undisturbed execution; None where all is well."""
    try:
        found = simulate(simulation)
    except (NothingLeftError, TimeoutError) as error:
        return Finding(simulation, (f"I14 the run does not end ({type(error).__name__})",))
    wrong = list(found.wrong)
    if (found.status, found.outcome_hash) != (undisturbed.status, undisturbed.outcome_hash):
        wrong.append(f"another outcome: {found.status.value} for {undisturbed.status.value}")
    return Finding(simulation, tuple(wrong)) if wrong else None


def shrunk(finding: Finding, undisturbed: Simulated) -> Finding:
    """The same defect with as few faults as it needs."""
    for number in finding.simulation.faults:
        fewer: Mapping[int, Fault] = {at: fault for at, fault in finding.simulation.faults.items() if at != number}
        smaller = judge(replace(finding.simulation, faults=fewer), undisturbed)
        if smaller:
            return shrunk(smaller, undisturbed)
    return finding
