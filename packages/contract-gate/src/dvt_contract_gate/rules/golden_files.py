"""GATE-GOLDEN-FILES: every file of a golden path keeps to its contract."""

from collections.abc import Iterator
from typing import Final

import jsonschema_rs
from pydantic import MISSING

from dvt_contract_gate.compat.unsettled import unsettled
from dvt_contract_gate.core import plan_faults
from dvt_contract_gate.document import Document
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.rules.golden_origin import ORIGIN
from dvt_contract_gate.tree import Tree

_ID = "GATE-GOLDEN-FILES"
#: Files of a golden path, and the schema of each.
_SCHEMAS: Final = {
    "plan.json": "plan/v1/plan.json",
    "script.json": "golden/v1/plan_script.json",
    "expected/hashes.json": "golden/v1/hashes.json",
    "expected/snapshot.json": "engine/v1/run_snapshot.json",
}


def _check(tree: Tree) -> Iterator[Finding]:
    for plan in sorted((tree.root / "golden-paths").glob("*/plan.json")):
        for file, reference in _SCHEMAS.items():
            path = plan.parent / file
            if path.exists() and reference not in unsettled(tree):
                yield from _judge(tree, tree.document(path), reference)
        for fault in plan_faults(plan.read_bytes()):
            document = tree.document(plan)
            hint = "correct the plan" if fault.hint is MISSING else fault.hint
            yield Finding(document.name, document.fault_line(fault), _ID, f"{fault.message} [{fault.code}]", hint)
        for path in sorted(plan.parent.glob("**/*.json")):
            for fault in tree.document(path).faults:
                document = tree.document(path)
                yield Finding(document.name, document.fault_line(fault), _ID, fault.message, "correct the text")


def _judge(tree: Tree, document: Document, reference: str) -> Iterator[Finding]:
    try:
        validator = tree.validator(reference)
    except (ValueError, jsonschema_rs.ReferencingError):
        return  # GATE-SCHEMA-META tells
    for error in validator.iter_errors(document.value):
        if error.kind.as_dict().get("property") in ORIGIN:
            continue  # GATE-GOLDEN-ORIGIN tells
        message = f"does not fit {reference}: {error.message}"
        yield document.finding(_ID, list(error.instance_path), message, "correct the file; expectations are recorded")


RULE = GateRule(_ID, "every file of a golden path is valid against its schema", _check)
