"""GATE-CLAUSE-REFERENCE: clauses and schemas name clauses that exist."""

import re
from collections.abc import Iterator
from typing import Final

from dvt_contract_gate.clauses import clauses
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-CLAUSE-REFERENCE"
_BRACKETED: Final = re.compile(r"\[([A-Z]{2,}-\d{3})\]")


def _check(tree: Tree) -> Iterator[Finding]:
    names = {clause.name for clause in clauses(tree)}
    for path in sorted([*tree.contracts.joinpath("clauses").glob("*.md"), *tree.contracts.glob("schemas/**/*.json")]):
        for line, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
            for found in _BRACKETED.findall(text):
                if found not in names:
                    name = path.relative_to(tree.root).as_posix()
                    yield Finding(name, line, _ID, f"[{found}] is no clause", "name a clause that exists")


RULE = GateRule(_ID, "clauses and schemas name clauses that exist", _check)
