"""`python -m dvt_engine_core.testing.simulation`: hunt, and say what was explored and found."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable

from dvt_engine_core.testing.simulation.plans import SIMULATIONS
from dvt_engine_core.testing.simulation.search import by_lot, judge, pairs, shrunk, single_faults
from dvt_engine_core.testing.simulation.simulate import Simulation, simulate


def main() -> int:
    """Explore; 1 if something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="executions by lot, for each plan")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--pairs", action="store_true", help="every pair of faults in the plan of three steps")
    options = parser.parse_args()
    found = 0
    for name, base in SIMULATIONS.items():
        found += _hunt(f"{name}, every single fault", base, single_faults(base))
        seeds = range(options.first, options.first + options.seeds)
        found += _hunt(f"{name}, by lot", base, (by_lot(base, seed) for seed in seeds))
    if options.pairs:
        found += _hunt("line, every pair of faults", SIMULATIONS["line"], pairs(SIMULATIONS["line"]))
    return min(found, 1)


def _hunt(what: str, base: Simulation, simulations: Iterable[Simulation]) -> int:
    undisturbed, begun, tried, found = simulate(base), time.monotonic(), 0, 0
    for simulation in simulations:
        tried += 1
        finding = judge(simulation, undisturbed)
        if finding:
            found += 1
            print(f"  {shrunk(finding, undisturbed)}", flush=True)  # noqa: T201
    rate = tried / (time.monotonic() - begun)
    print(f"{what}: {tried} executions, {rate:.0f} a second, {found} found", flush=True)  # noqa: T201
    return found


if __name__ == "__main__":
    sys.exit(main())
