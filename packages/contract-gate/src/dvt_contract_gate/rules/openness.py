"""GATE-OPENNESS: every object says whether it takes members that it does not name."""

from collections.abc import Iterator

from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.schema_nodes import nodes
from dvt_contract_gate.tree import Tree

_ID = "GATE-OPENNESS"
_SAYS = ("additionalProperties", "unevaluatedProperties")


def _check(tree: Tree) -> Iterator[Finding]:
    for document in tree.schemas.values():
        for node in nodes(document.members):
            kind = node.schema.get("type")
            an_object = kind == "object" or (isinstance(kind, list) and "object" in kind)
            if (an_object or "properties" in node.schema) and not any(key in node.schema for key in _SAYS):
                what = node.schema.get("title") or node.name or "the schema"
                advice = 'add "additionalProperties": false (closed) or true (open: readers keep what they do not know)'
                yield document.finding(_ID, [*node.parts], f"{what} says neither open nor closed", advice)


RULE = GateRule(_ID, "every object says additionalProperties or unevaluatedProperties", _check)
