"""What a scenario is made of, and what it yields."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = float | Sequence[float]
"""What one run says about a figure: one number, or the latencies of many calls, of which the median then counts."""

Side: TypeAlias = Callable[[], Awaitable[Mapping[str, Value]]]
"""Does one side's work once; returns a value for every figure id."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the goals. `ours / base` is compared; with `better` "lower" less is more."""

    id: str
    what: str
    unit: str
    better: str = "higher"
    goal: float | None = None  # of the ratio; of our own number when `base_is_zero`
    base_is_zero: bool = False  # an amount that the base does not have at all: no ratio

    def reached(self, number: float) -> bool | None:
        """Tell whether `number` meets the goal; None without a goal."""
        if self.goal is None:
            return None
        return number <= self.goal if self.better == "lower" else number >= self.goal


@dataclass(frozen=True, slots=True)
class Sides:
    """The two things measured side by side, ready to run."""

    ours: Side
    base: Side


@dataclass(frozen=True, slots=True)
class Scenario:
    """A comparison: `open` brings up what both sides need and takes it down; its time is not measured."""

    title: str
    figures: tuple[Figure, ...]
    open: Callable[[], AbstractAsyncContextManager[Sides]]
    runs: int = 6
    warmups: int = 1


@dataclass(frozen=True, slots=True)
class Latency:
    """The spread of single calls, over all runs of one side."""

    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out for one figure: medians of the runs, and the median of the pairwise ratios."""

    figure: Figure
    ours: float
    base: float
    ratio: float | None
    ratios: tuple[float, ...]
    runs: int
    ours_latency: Latency | None = None
    base_latency: Latency | None = None
