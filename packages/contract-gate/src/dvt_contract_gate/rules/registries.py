"""GATE-REGISTRY: every registry fits the schema of its family."""

from collections.abc import Iterator

import jsonschema_rs

from dvt_contract_gate.compat.unsettled import unsettled
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-REGISTRY"


def _check(tree: Tree) -> Iterator[Finding]:
    for document in tree.documents("registries"):
        family = "/".join(document.path.relative_to(tree.contracts / "registries").parts[:2])
        errors = {}
        mine = [path for path in tree.schemas if path.startswith(f"{family}/")]
        for path in mine:
            try:
                errors[path] = list(tree.validator(path).iter_errors(document.value))
            except (ValueError, jsonschema_rs.ReferencingError):
                continue  # GATE-SCHEMA-META tells
        waiting = unsettled(tree) & errors.keys()
        if document.faults or waiting or any(not told for told in errors.values()):
            continue
        if not mine:
            yield document.finding(_ID, "", f"family {family} has no schema", f"add a schema below {family}")
            continue
        if not errors:
            continue
        nearest = min(errors, key=lambda path: (_top(errors[path]), len(errors[path])))
        for error in errors[nearest]:
            message = f"does not fit {nearest}: {error.message}"
            yield document.finding(_ID, list(error.instance_path), message, "correct the registry or its schema")


def _top(errors: list[jsonschema_rs.ValidationError]) -> int:
    """How many faults lie at the very top: the schema that is meant has the fewest."""
    return sum(not list(error.instance_path) for error in errors)


RULE = GateRule(_ID, "registries fit a schema of their family", _check)
