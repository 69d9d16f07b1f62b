"""`python -m dvt_engine_core.testing.model`: search everything and say what was found."""

from __future__ import annotations

import sys

from dvt_engine_core.testing.model.scenarios import LONG, MUTANTS, SCENARIOS
from dvt_engine_core.testing.model.search import search


def main() -> int:
    """Search all scenarios and mutants; 1 if a scenario breaks an invariant or a mutant does not."""
    failed = 0
    for scenario in (*SCENARIOS, LONG):
        verdict = search(scenario)
        failed += bool(verdict.fault)
        print(f"{verdict.states:>8} states  {verdict.fault or 'all invariants hold'}: {scenario.name}", flush=True)  # noqa: T201
        print("".join(f"          {step}\n" for step in verdict.trace), end="")  # noqa: T201
    for mutant in MUTANTS:
        verdict = search(mutant.scenario)
        refuted = verdict.fault.startswith(mutant.fault)
        failed += not refuted
        told = f"refuted in {len(verdict.trace)} steps: {verdict.fault}" if refuted else "NOT REFUTED"
        print(f"{verdict.states:>8} states  {mutant.name}: {told}", flush=True)  # noqa: T201
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
