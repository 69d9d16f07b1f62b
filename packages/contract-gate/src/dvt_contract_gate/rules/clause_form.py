"""GATE-CLAUSE-FORM: clauses are numbered once and in order, and each is a short MUST."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from dvt_contract_gate.clauses import Clause, clauses
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-CLAUSE-FORM"
_LONGEST: Final = 600
_LOOKS_LIKE: Final = re.compile(r"^\s*[-*] \[?[A-Z]+-\d+\]?")


def _check(tree: Tree) -> Iterator[Finding]:
    seen: dict[str, list[Clause]] = defaultdict(list)
    for clause in clauses(tree):
        before = int(seen[clause.family][-1].name.rpartition("-")[2]) if seen[clause.family] else 0
        expected = f"{clause.family}-{before + 1:03}"
        if clause.name != expected:
            message = f"clause {clause.name} where {expected} is due"
            advice = (
                "number clauses in order and once; a number that was given is never used again, so do not delete one"
            )
            yield Finding(clause.file, clause.line, _ID, message, advice)
        seen[clause.family].append(clause)
        if "MUST" not in clause.text:
            yield Finding(clause.file, clause.line, _ID, f"{clause.name} says no MUST", "say MUST or MUST NOT")
        if len(clause.text) > _LONGEST:
            yield Finding(clause.file, clause.line, _ID, f"{clause.name} is longer than {_LONGEST}", "split it")
    known = {(clause.file, clause.line) for found in seen.values() for clause in found}
    for path in sorted((tree.contracts / "clauses").glob("*.md")):
        name = path.relative_to(tree.root).as_posix()
        for line, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if _LOOKS_LIKE.match(text) and (name, line) not in known:
                advice = "write it as `- [FAMILY-001] ...`, three digits, further lines indented by two"
                yield Finding(name, line, _ID, "a clause that is not in the form of clauses", advice)


RULE = GateRule(_ID, "clauses are numbered in order and once, each a short MUST", _check)
