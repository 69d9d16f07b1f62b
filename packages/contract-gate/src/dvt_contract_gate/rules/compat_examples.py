"""GATE-COMPAT-EXAMPLES: every valid example of every earlier minor is still valid."""

from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs

from dvt_contract_gate.compat.history import releases
from dvt_contract_gate.compat.unsettled import unsettled
from dvt_contract_gate.document import Document
from dvt_contract_gate.examples import example_of
from dvt_contract_gate.finding import Finding, Level
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.snapshot import family_of
from dvt_contract_gate.tree import Tree

_ID = "GATE-COMPAT-EXAMPLES"


def _check(tree: Tree) -> Iterator[Finding]:
    for release in releases(tree):
        if release.old.schemas == release.new.schemas:
            continue
        for name, value in release.old.examples.items():
            target = example_of(Document(Path(), ""), name).target
            if family_of(name) != release.family or f"{target.path}.json" in unsettled(tree):
                continue
            try:
                errors = list(tree.validator(target.reference).iter_errors(value))
            except (ValueError, jsonschema_rs.ReferencingError):
                continue  # the schema is gone: GATE-COMPAT-SHAPE tells
            for error in errors[:1]:
                allowed = not release.promised and release.allows(target.path)
                message = f"the example {name} of {release.family} {release.version} is refused now: {error.message}"
                advice = (
                    "undo the change; if it is meant, it breaks producers and needs a line in contracts/CHANGELOG.md"
                )
                document = tree.schemas[f"{target.path}.json"]
                level = Level.NOTE if allowed else Level.ERROR
                yield document.finding(_ID, _place(list(error.schema_path)), message, advice, level)


def _place(path: list[str | int]) -> list[str | int]:
    """The place in the schema that refused; what lies behind a reference is another file."""
    return path[: path.index("$ref")] if "$ref" in path else path


RULE = GateRule(_ID, "valid examples of every earlier minor are still valid", _check)
