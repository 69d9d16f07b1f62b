"""GATE-INLINE-EXAMPLE: the examples and defaults written inside a schema fit the member that they are written at."""

from collections.abc import Iterator
from urllib.parse import quote

import jsonschema_rs
from dvt_contracts.base import JsonValue
from dvt_engine_core.plan.pointer import pointer

from dvt_contract_gate.compat.unsettled import unsettled
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.schema_nodes import Node, nodes
from dvt_contract_gate.tree import Tree

_ID = "GATE-INLINE-EXAMPLE"


def _check(tree: Tree) -> Iterator[Finding]:
    for path in tree.schemas.keys() - unsettled(tree):
        document = tree.schemas[path]
        for node in nodes(document.members):
            values = _shown(node)
            if not values:
                continue
            try:
                validator = tree.validator(path + "#" + _fragment(node.parts))
            except (ValueError, jsonschema_rs.ReferencingError):
                continue  # GATE-SCHEMA-META tells
            for where, value in values:
                for error in validator.iter_errors(value):
                    message = f"{where[0]} of {node.name or 'the schema'} does not fit it: {error.message}"
                    yield document.finding(_ID, [*node.parts, *where], message, "correct the value or the schema")
                    break


def _shown(node: Node) -> list[tuple[list[str | int], JsonValue]]:
    listed = node.schema.get("examples")
    found: list[tuple[list[str | int], JsonValue]] = []
    if isinstance(listed, list | tuple):
        found = [(["examples", at], value) for at, value in enumerate(listed)]
    return [*found, (["default"], node.schema["default"])] if "default" in node.schema else found


def _fragment(parts: tuple[str | int, ...]) -> str:
    return quote(pointer(parts), safe="/$~")


RULE = GateRule(_ID, "examples and defaults inside schemas fit where they stand", _check)
