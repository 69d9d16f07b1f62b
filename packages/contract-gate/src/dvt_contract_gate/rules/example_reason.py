"""GATE-EXAMPLE-REASON: an invalid example breaks one rule, the one that its name tells."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import jsonschema_rs

from dvt_contract_gate.compat.refused import refused_examples
from dvt_contract_gate.compat.unsettled import unsettled
from dvt_contract_gate.faults import SchemaFault, faults_of
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-EXAMPLE-REASON"
_BOUNDS: Final = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "pattern", "enum"}
_CEILINGS: Final = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "pattern"}
_ABSENT: Final = {"required", "discriminator", "const", "oneOf", "anyOf", "contains"}
#: What a name begins with, and the keywords that an example of this name may break.
_TELLS: Final[tuple[tuple[re.Pattern[str], set[str]], ...]] = (
    (re.compile(r"unknown-(payload-)?(field|key|member|parameter)$"), {"additionalProperties"}),
    (re.compile(r"(unknown|foreign)-"), {"enum", "const", "additionalProperties", "discriminator", "oneOf", "pattern"}),
    (re.compile(r"(.+-)?over-"), {*_CEILINGS, "additionalProperties"}),
    (re.compile(r"negative-|(.+-)?zero$|empty(-|$)"), {*_BOUNDS, "oneOf", "const"}),
    (re.compile(r"no-|without-|missing-"), {*_BOUNDS, *_ABSENT}),
)


def _check(tree: Tree) -> Iterator[Finding]:
    waiting = unsettled(tree) | {f"{refused.target.path}.json" for refused in refused_examples(tree)}
    known = {target for target in tree.targets if f"{target.path}.json" not in waiting}
    for example in tree.examples:
        if example.valid or example.target not in known or example.document.faults:
            continue
        try:
            faults = faults_of(tree, example.target.reference, example.document.value)
        except (ValueError, jsonschema_rs.ReferencingError):
            continue  # GATE-SCHEMA-META tells
        places = {fault.at for fault in faults}
        if len(places) > 1:
            message = f"the example breaks {len(places)} rules: {_listed(faults)}"
            advice = "let it break the one rule that its name tells; make a second example for the other"
            yield example.document.finding(_ID, "", message, advice)
        elif faults and not any(_told(example.case, fault) for fault in faults):
            message = f"named {example.case}, but it breaks {_listed(faults)}"
            yield example.document.finding(_ID, "", message, "rename it, or let it break what its name tells")


def _told(case: str, fault: SchemaFault) -> bool:
    """Whether a name fits a fault; names that tell no keyword fit every one."""
    return next((fault.keyword in keywords for pattern, keywords in _TELLS if pattern.match(case)), True)


def _listed(faults: Sequence[SchemaFault]) -> str:
    return "; ".join(sorted(map(str, faults))[:4])


RULE = GateRule(_ID, "an invalid example breaks one rule, the one that its name tells", _check)
