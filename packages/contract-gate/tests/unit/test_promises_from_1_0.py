"""From 1.0 on nobody is broken within a major; below, a line of the changelog is asked for."""

from collections.abc import Callable
from typing import Any

import pytest
from dvt_contract_gate.baselines import freeze
from dvt_contract_gate.checking import check
from dvt_contract_gate.finding import Level
from dvt_contract_gate.rules import (
    baseline_ledger,
    compat_examples,
    compat_samples,
    compat_shape,
    compat_vectors,
    example_verdict,
)
from dvt_contract_gate.snapshot import snapshot_of
from dvt_contract_gate.testing.family import Family
from dvt_contract_gate.tree import Tree

RULES = [
    module.RULE
    for module in (baseline_ledger, compat_shape, compat_samples, compat_examples, compat_vectors, example_verdict)
]
NOTE = {"type": "string", "description": "More.", "examples": ["x"]}
Schema = dict[str, Any]
Change = Callable[[Schema], object]

#: what is done, who is broken by it, what is said
BREAKING: dict[str, tuple[Change, tuple[str, ...], str]] = {
    "removal": (lambda s: s["properties"].pop("grams"), ("producers", "consumers"), "member grams is gone"),
    "rename": (
        lambda s: s["properties"].update(weight=s["properties"].pop("grams")),
        ("producers", "consumers"),
        "member grams is called weight now",
    ),
    "new required": (
        lambda s: (s["properties"].update(label=NOTE), s["required"].append("label")),
        ("producers",),
        "member label is new and required",
    ),
    "required now": (lambda s: s["required"].append("note"), ("producers",), "member note is required now"),
    "no longer required": (lambda s: s["required"].remove("size"), ("consumers",), "member size is no longer required"),
    "narrower limit": (
        lambda s: s["properties"]["grams"].update(maximum=100),
        ("producers",),
        "maximum was 9000, is 100",
    ),
    "new limit": (lambda s: s["properties"]["parcelId"].update(minLength=2), ("producers",), "minLength was 1, is 2"),
    "wider limit": (lambda s: s["properties"]["grams"].update(maximum=9001), ("consumers",), "maximum was 9000"),
    "limit dropped": (lambda s: s["properties"]["grams"].pop("minimum"), ("consumers",), "minimum was 1, is none"),
    "closed list grows": (lambda s: s["properties"]["size"]["enum"].append("huge"), ("consumers",), '"huge" is new'),
    "closed list shrinks": (lambda s: s["properties"]["size"]["enum"].remove("large"), ("producers",), "is gone"),
    "list closed": (lambda s: s["properties"]["note"].update(enum=["a"]), ("producers",), 'only "a" is taken now'),
    "other type": (
        lambda s: s["properties"]["grams"].update(type="string"),
        ("producers", "consumers"),
        "type was integer, is string",
    ),
    "wider type": (lambda s: s["properties"]["grams"].update(type="number"), ("consumers",), "is number"),
    "opened": (lambda s: s.update(additionalProperties=True), ("consumers",), "the object is open now"),
    "other default": (lambda s: s["properties"]["note"].update(default="x"), ("consumers",), "default was none"),
}
COMPATIBLE: dict[str, Change] = {
    "new optional member": lambda s: s["properties"].update(label=NOTE),
    "new definition": lambda s: s.update(
        {"$defs": {"Label": {"title": "Label", "description": "A.", "type": "string"}}}
    ),
}
SILENT: dict[str, Change] = {
    "description": lambda s: s.update(description="Something else to say."),
    "title": lambda s: s.update(title="Packet"),
    "examples": lambda s: s["properties"]["grams"].update(examples=[7]),
}


@pytest.mark.parametrize("name", BREAKING)
@pytest.mark.parametrize("told", [False, True], ids=["untold", "told"])
def test_a_breaking_change_is_red_told_or_not(stable: Family, name: str, *, told: bool) -> None:
    change, broken, says = BREAKING[name]
    stable.change(change)
    if told:
        stable.tell()
    errors = check(stable.contracts, RULES).errors
    assert [error.rule for error in errors] == ["GATE-COMPAT-SHAPE"]
    assert errors[0].message.startswith(says) or says in errors[0].message
    assert f"breaks {' and '.join(broken)}:" in errors[0].message
    assert "begin the next major beside it" in errors[0].advice
    assert errors[0].file == "contracts/schemas/fixture/v1/parcel.json"
    assert errors[0].line > 1 or name == "opened"


@pytest.mark.parametrize("name", COMPATIBLE)
def test_an_addition_needs_a_line_of_the_changelog(stable: Family, name: str) -> None:
    stable.change(COMPATIBLE[name])
    assert [error.rule for error in check(stable.contracts, RULES).errors] == ["GATE-COMPAT-SHAPE"]
    stable.tell()
    report = check(stable.contracts, RULES)
    assert report.clean
    assert [finding.level for finding in report.findings] == [Level.NOTE]


@pytest.mark.parametrize("name", SILENT)
def test_what_no_document_meets_is_no_change(stable: Family, name: str) -> None:
    stable.change(SILENT[name])
    assert check(stable.contracts, RULES).findings == ()


@pytest.mark.parametrize("name", BREAKING)
def test_below_1_0_a_breaking_change_needs_a_line_and_is_still_reported(young: Family, name: str) -> None:
    young.change(BREAKING[name][0])
    errors = check(young.contracts, RULES).errors
    assert [error.rule for error in errors] == ["GATE-COMPAT-SHAPE"]
    assert "- fixture: `fixture/v1/parcel` ..." in errors[0].advice
    young.tell()
    report = check(young.contracts, RULES)
    assert {error.rule for error in report.errors} <= {"GATE-EXAMPLE-VERDICT"}
    assert any(finding.level is Level.NOTE and "breaks" in finding.message for finding in report.findings)


def test_a_keyword_that_cannot_be_compared_is_judged_by_proof_or_samples(stable: Family) -> None:
    stable.change(lambda s: s["properties"]["grams"].update(multipleOf=40))
    stable.tell()
    errors = check(stable.contracts, RULES).errors
    assert "GATE-COMPAT-SAMPLES" in {error.rule for error in errors}
    assert "breaks producers" in next(error.message for error in errors if error.rule == "GATE-COMPAT-SAMPLES")


def test_a_wider_pattern_is_proven_harmless_to_producers(stable: Family) -> None:
    stable.change(lambda s: s["properties"]["note"].update(pattern=".*"))
    stable.tell()
    assert check(stable.contracts, RULES).clean


def test_every_minor_of_the_major_counts(stable: Family) -> None:
    stable.change(lambda s: s["properties"].update(label=NOTE))
    freeze(stable.contracts, "1.1", snapshot_of(Tree(stable.contracts), "1.1"))
    stable.contracts.joinpath("CHANGELOG.md").write_text("# C\n\n## 1.1\n\n- fixture: `fixture/v1/parcel`\n\n## 1.0\n")
    assert check(stable.contracts, RULES).clean
    stable.change(lambda _: None)
    told = [error.message for error in check(stable.contracts, RULES).errors]
    assert len(told) == 1
    assert "member label is gone since fixture 1.1" in told[0]
