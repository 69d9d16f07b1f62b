"""GATE-EXAMPLE-VERDICT: every example is judged as its folder says."""

from collections.abc import Iterator

import jsonschema_rs

from dvt_contract_gate.compat.refused import refused_examples
from dvt_contract_gate.compat.unsettled import unsettled
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-EXAMPLE-VERDICT"


def _check(tree: Tree) -> Iterator[Finding]:
    waiting = unsettled(tree)
    told = {refused.name for refused in refused_examples(tree) if not refused.allowed}
    known = {target for target in tree.targets if f"{target.path}.json" not in waiting}
    for example in tree.examples:
        name = example.document.path.relative_to(tree.contracts / "examples").as_posix()
        if example.target not in known or example.document.faults or name in told:
            continue
        try:
            errors = list(tree.validator(example.target.reference).iter_errors(example.document.value))
        except (ValueError, jsonschema_rs.ReferencingError):
            continue  # GATE-SCHEMA-META tells
        if example.valid:
            for error in errors[:1]:
                message = f"a valid example of {example.target} is refused: {error.message}"
                advice = "correct the example; a schema that is meant to refuse it breaks who writes such documents"
                yield example.document.finding(_ID, list(error.instance_path), message, advice)
        elif not errors:
            message = f"an invalid example of {example.target} is accepted"
            advice = "let the schema refuse it, or move the example to valid/"
            yield example.document.finding(_ID, "", message, advice)


RULE = GateRule(_ID, "valid examples are accepted, invalid ones refused", _check)
