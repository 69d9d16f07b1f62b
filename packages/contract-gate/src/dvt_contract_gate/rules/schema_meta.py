"""GATE-SCHEMA-META: every schema is a schema of draft 2020-12, and what it refers to is there."""

from collections.abc import Iterator

import jsonschema_rs
from dvt_contracts.base import JsonValue
from dvt_contracts.loader import BASE_ID

from dvt_contract_gate.document import Document
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.references import resolve
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.schema_nodes import nodes
from dvt_contract_gate.tree import DRAFT, Tree

_ID = "GATE-SCHEMA-META"
_META = jsonschema_rs.validator_for({"$ref": DRAFT, "$schema": DRAFT})


def _check(tree: Tree) -> Iterator[Finding]:
    schemas = {BASE_ID + path: document.members for path, document in tree.schemas.items()}
    for path, document in tree.schemas.items():
        yield from _form(document)
        for node in nodes(document.members):
            target = node.schema.get("$ref")
            if isinstance(target, str) and resolve(schemas, BASE_ID + path, target) is None:
                where = [*node.parts, "$ref"]
                advice = "refer to a schema below contracts/schemas by a relative path"
                yield document.finding(_ID, where, f"nothing is at $ref {target}", advice)


def _form(document: Document) -> Iterator[Finding]:
    schema: dict[str, JsonValue] = document.members
    if schema.get("$schema") != DRAFT:
        yield document.finding(_ID, "/$schema", "$schema is not draft 2020-12", f'write "$schema": "{DRAFT}"')
    for error in _META.iter_errors(schema):
        advice = "see the keyword in JSON Schema 2020-12"
        yield document.finding(_ID, list(error.instance_path), f"no valid schema: {error.message}", advice)


RULE = GateRule(_ID, "schemas fit the meta-schema of draft 2020-12 and refer to schemas that exist", _check)
