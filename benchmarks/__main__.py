"""Measure one scenario: python -m benchmarks NAME."""

import argparse
import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks import report
from benchmarks.harness import measure
from benchmarks.model import Scenario

HERE = Path(__file__).resolve().parent


def names() -> list[str]:
    """List the scenarios there are."""
    return sorted(path.stem for path in (HERE / "scenarios").glob("[!_]*.py"))


def load(name: str) -> Scenario:
    """Return the scenario of this name, or leave and say which there are."""
    if name not in names():
        sys.exit(f"no scenario {name}; there are: {', '.join(names()) or 'none yet'}")
    scenario = import_module(f"benchmarks.scenarios.{name}").SCENARIO
    if not isinstance(scenario, Scenario):
        sys.exit(f"benchmarks/scenarios/{name}.py: SCENARIO is no Scenario")
    return scenario


def main(arguments: list[str]) -> None:
    """Measure, print the table, write `results/<name>.json`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", help=f"one of: {', '.join(names()) or 'none yet'}")
    parser.add_argument("--runs", type=int, help="pairs to run (default: what the scenario says)")
    parser.add_argument("--no-save", action="store_true", help="only print")
    options = parser.parse_args(arguments)
    scenario = load(options.name)
    runs = scenario.runs if options.runs is None else options.runs
    if runs < 1:
        parser.error("--runs: at least 1")
    print(scenario.title, flush=True)
    outcomes = asyncio.run(measure(scenario, runs=runs, tell=lambda what: print(f"  {what}", file=sys.stderr)))
    print(report.table(outcomes))
    if not options.no_save:
        found: report.Json = {outcome.figure.id: report.entry(outcome) for outcome in outcomes}
        found |= {"machine": report.machine(), "commit": report.commit()}
        found["date"] = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        path = HERE / "results" / f"{options.name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
        print(f"written: {path.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a process that used the Temporal SDK can crash while it is taken down
