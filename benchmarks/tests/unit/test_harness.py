from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from benchmarks.harness import compare, measure, percentile
from benchmarks.model import Figure, Latency, Scenario, Sides, Value

RATE = Figure("P1", "appends", "1/s", goal=0.5)


def recorded(calls: list[str], *, warmups: int) -> Scenario:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Sides]:
        async def ours() -> Mapping[str, Value]:
            calls.append("A")
            return {"P1": float(len(calls))}

        async def base() -> Mapping[str, Value]:
            calls.append("B")
            return {"P1": 10.0}

        calls.append("open")
        yield Sides(ours, base)
        calls.append("close")

    return Scenario(title="recorded", figures=(RATE,), open=opened, warmups=warmups)


async def test_sides_take_turns_and_warm_ups_do_not_count() -> None:
    calls: list[str] = []
    (outcome,) = await measure(recorded(calls, warmups=1), runs=2)
    assert calls == ["open", "A", "B", "A", "B", "A", "B", "close"]
    assert (outcome.runs, outcome.ratios) == (2, (0.4, 0.6))
    assert outcome.ratio == pytest.approx(0.5)


def test_ratios_are_of_neighbours_not_of_medians() -> None:
    ours: list[Mapping[str, Value]] = [{"P1": 10.0}, {"P1": 100.0}, {"P1": 30.0}]
    base: list[Mapping[str, Value]] = [{"P1": 20.0}, {"P1": 400.0}, {"P1": 40.0}]
    outcome = compare(RATE, ours=ours, base=base)
    assert (outcome.ours, outcome.base, outcome.ratio) == (30.0, 40.0, 0.5)


def test_latencies_count_by_their_median_and_show_their_spread() -> None:
    outcome = compare(RATE, ours=[{"P1": [1.0, 2.0, 9.0]}], base=[{"P1": [4.0, 4.0, 4.0]}])
    assert (outcome.ratio, outcome.ours_latency) == (0.5, Latency(p50=2.0, p99=9.0))


def test_an_amount_that_the_base_does_not_have_has_no_ratio() -> None:
    extra = Figure("P15b", "fixed extra", "events", better="lower", goal=12, base_is_zero=True)
    outcome = compare(extra, ours=[{"P15b": 11}], base=[{"P15b": 0}])
    assert (outcome.ours, outcome.ratio) == (11, None)
    assert extra.reached(outcome.ours)


def test_a_zero_base_that_nobody_announced_is_an_error() -> None:
    with pytest.raises(ValueError, match="base is zero"):
        compare(RATE, ours=[{"P1": 1}], base=[{"P1": 0}])


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(ValueError, match="no value for P1"):
        compare(RATE, ours=[{"P2": 1}], base=[{"P1": 1}])


@pytest.mark.parametrize(("percent", "value"), [(1, 1), (50, 50), (99, 99), (100, 100)])
def test_percentiles_are_values_that_occurred(percent: float, value: float) -> None:
    assert percentile(list(range(100, 0, -1)), percent=percent) == value


@pytest.mark.parametrize(
    ("better", "number", "reached"), [("higher", 0.6, True), ("higher", 0.4, False), ("lower", 0.6, False)]
)
def test_a_goal_has_a_direction(better: str, number: float, *, reached: bool) -> None:
    assert Figure("P0", "x", "s", better=better, goal=0.5).reached(number) is reached
