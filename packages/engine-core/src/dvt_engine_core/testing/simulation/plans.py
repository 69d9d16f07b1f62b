"""Small plans to hunt in: together they meet every way in which steps depend on each other."""

from __future__ import annotations

from typing import Final

from dvt_contracts.base import JsonObject

from dvt_engine_core.testing.simulation.simulate import Simulation
from dvt_engine_core.testing.world import plan_of

_RETRY: Final[JsonObject] = {"maxAttempts": 3, "backoff": "fixed", "initialMs": 100}

#: Under all of them the outcome is one, whatever the order of events: COMPLETED, or FAILED by continue-independent.
SIMULATIONS: Final = {
    "line": Simulation(
        plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}, {"stepId": "c", "dependsOn": ["b"]})
    ),
    "parallel": Simulation(plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c"}, maxParallelSteps=2)),
    "retry": Simulation(
        plan_of({"stepId": "a", "retry": _RETRY}, {"stepId": "b", "dependsOn": ["a"]}), failures=frozenset({("a", 1)})
    ),
    "diamond": Simulation(
        plan_of(
            {"stepId": "a"},
            {"stepId": "b", "dependsOn": ["a"]},
            {"stepId": "c", "dependsOn": ["a"], "when": "steps.a.status == 'SUCCEEDED'"},
            {"stepId": "d", "dependsOn": ["b", "c"]},
        )
    ),
    "independent": Simulation(
        plan_of(
            {"stepId": "a"},
            {"stepId": "b"},
            {"stepId": "c", "dependsOn": ["a"]},
            {"stepId": "d", "dependsOn": ["b"]},
            {"stepId": "e", "dependsOn": ["c"], "runIf": "all-done"},
            onStepFailure="continue-independent",
        ),
        failures=frozenset({("a", 1)}),
    ),
}
