"""GATE-CLAUSE-COVERAGE: every clause is put to the test or says what it waits for; every name that tests use exists."""

from collections.abc import Iterator

from dvt_contract_gate.clauses import coverage
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-CLAUSE-COVERAGE"


def _check(tree: Tree) -> Iterator[Finding]:
    told = coverage(tree)
    for clause in told.clauses:
        if clause.name not in told.covered and not clause.row:
            message = f"no rule, test or vector names {clause.name}"
            advice = f"name [{clause.name}] where it is tested, or write `pending: <row>` into the clause"
            yield Finding(clause.file, clause.line, _ID, message, advice)
        if clause.name in told.covered and clause.row:
            message = f"{clause.name} is put to the test, but still says pending: {clause.row}"
            yield Finding(clause.file, clause.line, _ID, message, "take `pending` out of the clause")
    names = {clause.name for clause in told.clauses}
    for mention in told.mentions:
        if mention.name not in names:
            advice = "name a clause of contracts/clauses, or write the clause"
            yield Finding(mention.file, mention.line, _ID, f"{mention.name} is no clause", advice)


RULE = GateRule(_ID, "every clause is tested or pending, every clause that a test names exists", _check)
