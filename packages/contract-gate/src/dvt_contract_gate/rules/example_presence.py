"""GATE-EXAMPLE-MISSING: every schema has a valid and an invalid example, and every example a schema."""

from collections.abc import Iterator

from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-EXAMPLE-MISSING"


def _check(tree: Tree) -> Iterator[Finding]:
    targets = tree.targets
    shown = {(example.target, example.verdict) for example in tree.examples}
    for target in targets:
        takes_anything = not tree.schema_node(target).keys() - {"title", "description", "examples"}
        for verdict in ("valid",) if takes_anything else ("valid", "invalid"):
            if (target, verdict) not in shown:
                document = tree.schemas[f"{target.path}.json"]
                where = f"/$defs/{target.definition}" if target.definition else ""
                family, version, *rest = target.path.split("/")
                name = ".".join(part for part in ("/".join(rest), target.definition) if part)
                advice = f"add contracts/examples/{family}/{version}/{verdict}/{name}.<case>.json"
                yield document.finding(_ID, where, f"{target} has no {verdict} example", advice)
    for example in tree.examples:
        if example.target not in set(targets):
            advice = "rename the example, or remove it together with its schema"
            yield example.document.finding(_ID, "", f"an example of {example.target}, which is no schema", advice)


RULE = GateRule(_ID, "every schema has valid and invalid examples, every example a schema", _check)
