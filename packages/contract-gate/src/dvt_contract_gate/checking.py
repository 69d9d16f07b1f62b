"""Running the rules over a tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dvt_contract_gate.catalogue import RULES
from dvt_contract_gate.counting import counts
from dvt_contract_gate.finding import Finding, Level
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.rules import json_text
from dvt_contract_gate.tree import Tree


@dataclass(frozen=True, slots=True)
class Report:
    """What the gate found.

    Shape: `findings` sorted by file and line; `counts` name -> number, of what was looked at.
    """

    findings: tuple[Finding, ...]
    counts: dict[str, int]
    rules: tuple[GateRule, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the gate red."""
        return tuple(finding for finding in self.findings if finding.level is Level.ERROR)

    @property
    def red(self) -> frozenset[str]:
        """The rules that are red."""
        return frozenset(finding.rule for finding in self.errors)

    @property
    def clean(self) -> bool:
        """Whether no rule is red."""
        return not self.errors


def check(contracts: Path, rules: Sequence[GateRule] = RULES) -> Report:
    """Judge a `contracts` folder and what lies beside it.

    Raises: FileNotFoundError if the folder holds no schemas.
    """
    if not (contracts / "schemas").is_dir():
        raise FileNotFoundError(f"{contracts} holds no folder schemas")
    tree = Tree(contracts.resolve())
    findings = set(json_text.RULE.check(tree))  # what cannot be read is told alone: all else would follow from it
    if not findings:
        findings = {finding for rule in rules for finding in rule.check(tree)}
    return Report(tuple(sorted(findings)), counts(tree), tuple(rules))
