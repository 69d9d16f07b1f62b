"""Hints of plan faults: the names that are known, and the one that was meant."""

import json

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.errors.v1.fault import Fault

from dvt_engine_core.plan.spelling import did_you_mean, listed, nearest
from dvt_engine_core.plan.validation import check_plan

KINDS: dict[str, JsonObject] = {
    "sql": {
        "type": "object",
        "properties": {
            "connection": {"type": "string", "description": "Name of a connection."},
            "statements": {"type": "array", "minItems": 1, "items": {"type": "string"}},
            "mode": {"enum": ["fast", "safe"]},
            "limit": {"anyOf": [{"type": "object", "required": ["rows"]}], "allOf": [{"minimum": 1}]},
        },
        "required": ["connection"],
        "additionalProperties": False,
    }
}


def faults(parameters: JsonObject, **fields: JsonValue) -> list[Fault]:
    step: JsonObject = {"stepId": "a", "kind": "sql", "with": parameters}
    document: JsonObject = {"schemaVersion": "0.1", "planId": "p", "planVersion": "1", "steps": [step], **fields}
    return list(check_plan(json.dumps(document).encode(), KINDS).faults)


@pytest.mark.parametrize(
    ("parameters", "hints"),
    [
        (
            {"connection": "a", "statment": 1},
            ["did you mean 'statements'?; known parameters: connection, statements, mode, limit"],
        ),
        ({"connection": "a", "zzz": 1}, ["known parameters: connection, statements, mode, limit"]),
        ({}, ["add the parameter 'connection': Name of a connection."]),
        (
            {"conection": "a"},
            [
                "did you mean 'connection'?; known parameters: connection, statements, mode, limit",
                "is it 'conection'?; add the parameter 'connection': Name of a connection.",
            ],
        ),
        ({"connection": 3}, ["give a string: Name of a connection."]),
        ({"connection": "a", "statements": "x"}, ["give an array"]),
        ({"connection": "a", "statements": []}, ["See the parameters of the kind."]),
        ({"connection": "a", "statements": [1]}, ["give a string"]),
        ({"connection": "a", "mode": "fst"}, ["did you mean 'fast'?"]),
        ({"connection": "a", "mode": 7}, ["one of: fast, safe"]),
        ({"connection": "a", "limit": 0}, ["See the parameters of the kind."] * 2),
    ],
)
def test_a_fault_of_a_parameter_says_what_is_known(parameters: JsonObject, hints: list[str]) -> None:
    found = faults(parameters)
    assert {fault.code for fault in found} == {"PLAN_PARAMETERS"}
    assert sorted(str(fault.hint) for fault in found) == sorted(hints)


def test_a_fault_of_a_field_says_what_is_allowed() -> None:
    (fault,) = faults({"connection": "a"}, onStepFailure="fail_fast")
    assert (fault.code, fault.hint) == ("PLAN_SCHEMA", "did you mean 'fail-fast'?")
    (fault,) = faults({"connection": "a"}, maxParallelSteps="many")
    assert fault.hint == "give an integer: Steps in flight at once."
    missing = check_plan(b'{"schemaVersion": "0.1", "planVersion": "1", "steps": [], "planid": "p"}', KINDS).faults
    assert "is it 'planid'?; add the field 'planId': Name of the plan." in [fault.hint for fault in missing]


def test_the_nearest_name_is_told_and_far_ones_are_not() -> None:
    assert nearest("lod", ["a", "load", "road"]) == "load"
    assert nearest("Rows", ["row", "rows"]) == "rows"
    assert nearest("x" * 200, ["x" * 200]) is None
    assert did_you_mean("zzz", ["a"]) is None
    crowd = [f"step{n:04}" for n in range(1000)]
    assert nearest("stepp", [*crowd[:10], "steppe"]) == "steppe"
    assert nearest("step0007", crowd) == "step0007"


def test_long_lists_are_cut() -> None:
    assert listed([]) == "none"
    assert listed([f"n{n}" for n in range(25)]).endswith(", n19 and 5 more")
