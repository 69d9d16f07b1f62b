"""The explicit-state model: the design keeps every invariant in every state, and each mutant is caught."""

import pytest

from dvt_engine_core.testing.model.scenarios import MUTANTS, SCENARIOS, Mutant
from dvt_engine_core.testing.model.search import search
from dvt_engine_core.testing.model.system import Scenario


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_reachable_state_is_right_and_can_reach_the_end(scenario: Scenario) -> None:
    verdict = search(scenario)
    assert not verdict.fault, verdict.trace
    assert verdict.states > 50


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_refuted(mutant: Mutant) -> None:
    assert search(mutant.scenario).fault.startswith(mutant.fault)
