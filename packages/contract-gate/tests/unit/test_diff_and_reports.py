"""What a change means, and what the gate found, for people and for programs."""

import json
from typing import Any

from dvt_contract_gate.checking import Report, check
from dvt_contract_gate.diff import difference, json_difference, text_difference
from dvt_contract_gate.report import json_report, sarif_report, text_report
from dvt_contract_gate.revisions import find
from dvt_contract_gate.rules import compat_shape, openness
from dvt_contract_gate.testing.family import Family


def broken(stable: Family) -> Report:
    def change(schema: dict[str, Any]) -> None:
        del schema["additionalProperties"]

    stable.change(change)
    return check(stable.contracts, [openness.RULE, compat_shape.RULE])


def test_a_person_reads_place_rule_and_what_to_do(stable: Family) -> None:
    text = text_report(broken(stable))
    assert "contracts/schemas/fixture/v1/parcel.json:1: Parcel says neither open nor closed [GATE-OPENNESS]" in text
    assert '    do: add "additionalProperties": false (closed)' in text
    assert text.endswith("2 to correct, rules: GATE-COMPAT-SHAPE, GATE-OPENNESS")


def test_json_holds_every_finding(stable: Family) -> None:
    report = broken(stable)
    document = json.loads(json_report(report))
    assert document["clean"] is False
    assert [finding["rule"] for finding in document["findings"]] == [finding.rule for finding in report.findings]
    assert {rule["id"]: rule["red"] for rule in document["rules"]} == {"GATE-OPENNESS": True, "GATE-COMPAT-SHAPE": True}


def test_sarif_places_every_finding(stable: Family) -> None:
    document = json.loads(sarif_report(broken(stable)))
    run = document["runs"][0]
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert document["version"] == "2.1.0"
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert names[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] == "error"
        assert place["artifactLocation"]["uri"] == "contracts/schemas/fixture/v1/parcel.json"
        assert place["region"]["startLine"] >= 1


def test_a_clean_report_says_so(stable: Family) -> None:
    assert text_report(check(stable.contracts, [openness.RULE])).endswith("the contracts hold")


def test_a_difference_says_whom_it_breaks_and_why(stable: Family) -> None:
    stable.change(lambda schema: schema["required"].append("note"))
    found = difference(find("1.0", stable.contracts), find(str(stable.contracts), stable.contracts))
    assert found.breaking
    text = text_difference(found)
    assert "/properties/note: member note is required now [required]" in text
    assert "breaks producers: documents without it are refused" in text
    assert "takes all that the old one took: disproven" in text
    document = json.loads(json_difference(found))
    assert document["breaking"] is True
    assert document["changes"][0]["breaks"] == ["producers"]
    assert document["containment"][0]["oldTakesNew"] == "yes"


def test_a_compatible_difference_is_proven(stable: Family) -> None:
    more = {"type": "string", "description": "More.", "examples": ["x"]}
    stable.change(lambda schema: schema["properties"].update(label=more))
    found = difference(find("1.0", stable.contracts), find(str(stable.contracts), stable.contracts))
    assert not found.breaking
    assert "the new schema takes all that the old one took: proven" in text_difference(found)


def test_a_keyword_that_nothing_proves_counts_as_breaking(stable: Family) -> None:
    stable.change(lambda schema: schema["properties"]["grams"].update(multipleOf=7))
    found = difference(find("1.0", stable.contracts), find(str(stable.contracts), stable.contracts))
    assert found.breaking
    assert json.loads(json_difference(found))["changes"][0]["breaks"] == ["producers"]


def test_two_equal_states_promise_the_same(stable: Family) -> None:
    state = find("1.0", stable.contracts)
    assert text_difference(difference(state, state)) == "1.0 and 1.0 promise the same"
