"""Clauses and conformance rules belong to each other, number by number."""

import re
from pathlib import Path
from typing import Any

import pytest

from dvt_engine_core.testing.conformance.executor_rules import EXECUTOR_RULES
from dvt_engine_core.testing.conformance.interpreter_rules import INTERPRETER_RULES
from dvt_engine_core.testing.conformance.outbox_rules import OUTBOX_RULES
from dvt_engine_core.testing.conformance.publisher_rules import PUBLISHER_RULES
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.conformance.store_rules import STORE_RULES

CLAUSES = Path(__file__).resolve().parents[4] / "contracts" / "clauses"
CLAUSE = re.compile(r"^- \[([A-Z]+-\d{3})\] (.+(?:\n  .+)*)$", re.MULTILINE)
TOLD = {name: text for file in sorted(CLAUSES.glob("*.md")) for name, text in CLAUSE.findall(file.read_text("utf-8"))}
KITS: dict[str, tuple[Rule[Any], ...]] = {
    "STORE": STORE_RULES,
    "ENGINE": INTERPRETER_RULES,
    "OUTBOX": OUTBOX_RULES,
    "PUBLISHER": PUBLISHER_RULES,
    "EXECUTOR": EXECUTOR_RULES,
}


@pytest.mark.parametrize("family", KITS)
def test_every_clause_has_a_rule_and_every_rule_a_clause(family: str) -> None:
    clauses = {name for name in TOLD if name.startswith(f"{family}-")}
    assert clauses == {rule.clause for rule in KITS[family]}


def test_numbers_are_given_once_and_in_order() -> None:
    names = [name for file in sorted(CLAUSES.glob("*.md")) for name, _ in CLAUSE.findall(file.read_text("utf-8"))]
    assert len(names) == len(set(names))
    for family in {name.partition("-")[0] for name in names}:
        numbers = [int(name.partition("-")[2]) for name in names if name.startswith(f"{family}-")]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_clause_is_a_short_must(name: str) -> None:
    assert "MUST" in TOLD[name]
    assert len(TOLD[name]) < 600


def test_clauses_name_clauses_that_exist() -> None:
    named = {
        found for file in CLAUSES.glob("*.md") for found in re.findall(r"\[([A-Z]+-\d{3})\]", file.read_text("utf-8"))
    }
    assert named == TOLD.keys()
