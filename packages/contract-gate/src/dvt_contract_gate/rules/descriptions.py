"""GATE-DESCRIBED: every schema, definition and member is described; members show an example."""

from collections.abc import Iterator, Mapping

from dvt_contracts.base import JsonValue
from dvt_contracts.loader import BASE_ID

from dvt_contract_gate.document import Document
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.references import Schemas, resolve
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.schema_nodes import Node, nodes
from dvt_contract_gate.tree import Tree

_ID = "GATE-DESCRIBED"
_SHAPED = frozenset({"object", "array"})


def _check(tree: Tree) -> Iterator[Finding]:
    schemas = {BASE_ID + path: document.members for path, document in tree.schemas.items()}
    for path, document in tree.schemas.items():
        for node in nodes(document.members):
            if node.keyword in {"", "$defs", "properties"}:
                yield from _said(document, node)
            if node.keyword == "properties" and _wants_example(schemas, BASE_ID + path, node.schema):
                advice = 'add "examples": [...] with a value as it is in practice'
                yield document.finding(_ID, [*node.parts], f"member {node.name} shows no example", advice)


def _said(document: Document, node: Node) -> Iterator[Finding]:
    description = node.schema.get("description")
    if not isinstance(description, str) or not description.strip():
        what = {"": "the schema", "$defs": f"definition {node.name}"}.get(node.keyword, f"member {node.name}")
        advice = 'add a "description": what it means, its unit'
        yield document.finding(_ID, [*node.parts], f"{what} is not described", advice)


def _wants_example(schemas: Schemas, base: str, node: Mapping[str, JsonValue]) -> bool:
    """Whether a member is a plain value without an example; structures have theirs under contracts/examples."""
    if "examples" in node or "const" in node:
        return False
    target = node.get("$ref")
    if isinstance(target, str):
        found = resolve(schemas, base, target)
        return found is not None and _wants_example(schemas, *found)
    return node.get("type") not in _SHAPED and not node.keys() & {"oneOf", "anyOf", "allOf"}


RULE = GateRule(_ID, "schemas, definitions and members are described, plain members with an example", _check)
