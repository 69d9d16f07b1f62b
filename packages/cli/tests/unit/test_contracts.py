"""`dvt contracts`: what the gate says reaches people and programs, with an exit code that tells it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dvt_contract_gate.testing.family import Family

Dvt = Callable[..., Any]


@pytest.fixture
def family(place: Path) -> Family:
    """A family at 1.0 in the working folder, and clauses for nothing."""
    return Family(place, "1.0")


def test_a_breaking_change_leaves_with_3_and_says_what_to_do(family: Family, dvt: Dvt) -> None:
    family.change(lambda schema: schema["required"].append("note"))
    answer = dvt("contracts", "check")
    assert answer.code == 3
    assert "contracts/schemas/fixture/v1/parcel.json:" in answer.out
    assert "member note is required now since fixture 1.0; breaks producers" in answer.out
    assert "    do: undo it, or leave v1 as it is and begin the next major beside it" in answer.out
    assert answer.err == ""


def test_the_report_is_json_and_sarif(family: Family, dvt: Dvt) -> None:
    family.change(lambda schema: schema["required"].append("note"))
    found = dvt("contracts", "check", "contracts", "-o", "json").json()["findings"]
    results = dvt("contracts", "check", ".", "-o", "sarif").json()["runs"][0]["results"]
    assert [finding["rule"] for finding in found] == [result["ruleId"] for result in results]
    assert "GATE-COMPAT-SHAPE" in {finding["rule"] for finding in found}


@pytest.mark.parametrize(("name", "code"), [("parcelId", 3), ("label", 0)])
def test_a_difference_leaves_with_3_when_it_breaks(family: Family, dvt: Dvt, name: str, code: int) -> None:
    more = {"type": "integer", "description": "More.", "examples": [1]}
    family.change(lambda schema: schema["properties"].update({name: more}))
    answer = dvt("contracts", "diff", "1.0", "-o", "json")
    assert answer.code == code
    assert answer.json()["breaking"] is (code == 3)
    assert ("breaks producers and consumers" in dvt("contracts", "diff", "1.0", "contracts").out) is (code == 3)


def test_what_is_no_state_is_told(family: Family, dvt: Dvt) -> None:
    answer = dvt("contracts", "diff", "0.7", "-o", "json")
    assert answer.code == 2
    problem = answer.problem()
    assert problem["code"] == "USAGE"
    assert "0.7 is no folder with contracts, no release" in problem["message"]
    assert "baselines" in problem["hint"]
    assert family.version == "1.0"


def test_a_folder_without_contracts_is_told(dvt: Dvt) -> None:
    answer = dvt("contracts", "check", "nowhere")
    assert answer.code == 2
    assert "nowhere holds no contracts" in answer.err
