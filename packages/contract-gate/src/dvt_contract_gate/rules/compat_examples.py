"""GATE-COMPAT-EXAMPLES: every valid example of every earlier minor is still valid."""

from collections.abc import Iterator

from dvt_contract_gate.compat.refused import refused_examples
from dvt_contract_gate.finding import Finding, Level
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-COMPAT-EXAMPLES"


def _check(tree: Tree) -> Iterator[Finding]:
    for refused in refused_examples(tree):
        since = f"{refused.release.family} {refused.release.version}"
        message = f"the example {refused.name} of {since} is refused now, breaks producers: {refused.message}"
        advice = "undo the change; below 1.0 it may stay when contracts/CHANGELOG.md tells of every schema that changed"
        document = tree.schemas[f"{refused.target.path}.json"]
        level = Level.NOTE if refused.allowed else Level.ERROR
        yield document.finding(_ID, list(refused.place), message, advice, level)


RULE = GateRule(_ID, "valid examples of every earlier minor are still valid", _check)
