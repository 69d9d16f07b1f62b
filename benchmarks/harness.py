"""Run a scenario's two sides in turn and compare them pair by pair: what disturbs the machine disturbs both."""

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from benchmarks.model import Figure, Latency, Outcome, Scenario, Side, Value

Runs = list[Mapping[str, Value]]


def percentile(values: Sequence[float], *, percent: float) -> float:
    """Return the smallest of `values` that at least `percent` of them do not exceed (nearest rank).

    Shape: `values` not empty; 0 < percent <= 100.
    """
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def number(value: Value) -> float:
    """Return the one number of a run: the value itself, or the median of its latencies."""
    return median(value) if isinstance(value, Sequence) else float(value)


def latency(values: Sequence[Value]) -> Latency | None:
    """Return the spread of all single calls, None when the runs gave one number each."""
    calls = [call for value in values if isinstance(value, Sequence) for call in value]
    return Latency(p50=percentile(calls, percent=50), p99=percentile(calls, percent=99)) if calls else None


def compare(figure: Figure, *, ours: Runs, base: Runs) -> Outcome:
    """Compare the runs of both sides, the first with the first and so on.

    Raises: ValueError if a run has no value for the figure, or if the base is zero and the figure does not say so.
    """
    try:
        mine, theirs = [run[figure.id] for run in ours], [run[figure.id] for run in base]
    except KeyError:
        raise ValueError(f"a run gave no value for {figure.id}") from None
    pairs = list(zip(map(number, mine), map(number, theirs), strict=True))
    if not figure.base_is_zero and not all(their for _, their in pairs):
        raise ValueError(f"{figure.id}: the base is zero, so there is no ratio")
    ratios = () if figure.base_is_zero else tuple(my / their for my, their in pairs)
    return Outcome(
        figure=figure,
        ours=median(my for my, _ in pairs),
        base=median(their for _, their in pairs),
        ratio=median(ratios) if ratios else None,
        ratios=ratios,
        runs=len(pairs),
        ours_latency=latency(mine),
        base_latency=latency(theirs),
    )


async def measure(
    scenario: Scenario, *, runs: int, tell: Callable[[str], None] = lambda _: None
) -> tuple[Outcome, ...]:
    """Run A B A B ... `runs` times each, after warm-up pairs that do not count; returns figures in their order."""

    async def once(side: Side, name: str) -> Mapping[str, Value]:
        tell(name)
        return await side()

    ours: Runs = []
    base: Runs = []
    async with scenario.open() as sides:
        for run in range(-scenario.warmups, runs):
            label = "warm-up" if run < 0 else f"run {run + 1} of {runs}"
            mine = await once(sides.ours, f"{label}: ours")
            theirs = await once(sides.base, f"{label}: base")
            if run >= 0:
                ours.append(mine)
                base.append(theirs)
    return tuple(compare(figure, ours=ours, base=base) for figure in scenario.figures)
