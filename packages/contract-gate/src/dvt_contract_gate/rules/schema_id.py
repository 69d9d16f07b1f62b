"""GATE-SCHEMA-ID: the `$id` of a schema is the base and its path."""

from collections.abc import Iterator

from dvt_contracts.loader import BASE_ID

from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-SCHEMA-ID"


def _check(tree: Tree) -> Iterator[Finding]:
    for path, document in tree.schemas.items():
        found, wanted = document.members.get("$id"), BASE_ID + path
        if found != wanted:
            yield document.finding(_ID, "/$id", f"$id is {found}", f'write "$id": "{wanted}", or move the file')


RULE = GateRule(_ID, "the $id of a schema is the base and its path", _check)
