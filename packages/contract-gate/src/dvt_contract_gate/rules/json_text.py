"""GATE-JSON: every file is strict JSON."""

from collections.abc import Iterator

from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-JSON"


def _check(tree: Tree) -> Iterator[Finding]:
    for folder in ("schemas", "registries", "examples", "vectors"):
        for document in tree.documents(folder):
            for fault in document.faults:
                line = document.fault_line(fault)
                yield Finding(document.name, line, _ID, f"no strict JSON: {fault.message}", "correct the text")


RULE = GateRule(_ID, "files are strict JSON: UTF-8, no member twice, no NaN", _check)
