"""Clauses of ports and conformance rules belong to each other, number by number; other clauses the gate looks after."""

import re
from pathlib import Path

import pytest

from dvt_engine_core.testing.conformance.kits import KITS

CLAUSES = Path(__file__).resolve().parents[4] / "contracts" / "clauses"
CLAUSE = re.compile(r"^- \[([A-Z]+-\d{3})\] ", re.MULTILINE)
TOLD = [name for file in sorted(CLAUSES.glob("*.md")) for name in CLAUSE.findall(file.read_text("utf-8"))]


@pytest.mark.parametrize("family", KITS)
def test_every_clause_has_a_rule_and_every_rule_a_clause(family: str) -> None:
    clauses = {name for name in TOLD if name.startswith(f"{family}-")}
    assert clauses == set(KITS[family])
