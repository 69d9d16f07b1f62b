"""Pointers into outputs, judged by the schema of the output: a no is only said where nothing can be."""

import json

import pytest
from dvt_contracts.base import JsonObject, JsonValue

from dvt_engine_core.plan.output_schema import MAX_VISITS, nothing_at
from dvt_engine_core.plan.validation import check_plan

ROWS: JsonObject = {
    "type": "object",
    "properties": {"rows": {"type": "array", "items": {"$ref": "#/$defs/row"}, "maxItems": 9}, "no": False},
    "additionalProperties": False,
    "$defs": {"row": {"type": "object", "properties": {"id": {"type": "integer"}}, "additionalProperties": False}},
}


@pytest.mark.parametrize(
    ("schema", "at"),
    [
        (True, "/a/b"),
        (False, ""),
        ({}, "/a"),
        (ROWS, ""),
        (ROWS, "/rows"),
        (ROWS, "/rows/8/id"),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, "/b/c"),
        ({"type": ["array", "string"]}, "/0"),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, "/1/a"),
        ({"type": "object", "additionalProperties": False, "patternProperties": {"^a": True}}, "/zz"),
        ({"anyOf": [{"type": "string"}, {"type": "object"}]}, "/a"),
        ({"const": {"a": 1}}, "/a"),
        ({"enum": ["x", [1]]}, "/0"),
        ({"enum": list(range(40))}, "/0"),
        ({"$ref": "https://elsewhere.test/schema"}, "/a"),
        ({"$ref": "#/$defs/none"}, "/a"),
        ({"$ref": "#"}, "/a"),
        ({"$id": "https://here.test/s", "type": "object", "properties": {"a": {"$id": "x", "type": "string"}}}, "/a/b"),
        ({"type": "object", "properties": 3, "allOf": 3, "anyOf": 3, "enum": 3}, "/a"),
        ({"type": "array", "maxItems": 3.0, "prefixItems": 3, "items": 3}, "/3"),
    ],
)
def test_what_the_schema_may_have_is_taken(schema: JsonValue, at: str) -> None:
    assert nothing_at(schema, at) is None


@pytest.mark.parametrize(
    ("schema", "at", "why", "hint"),
    [
        (ROWS, "/row", "it has no member 'row'", "did you mean 'rows'?"),
        (ROWS, "/zzz", "it has no member 'zzz'", "the schema has: rows, no"),
        (ROWS, "/no", "the schema allows no value there", None),
        (ROWS, "/rows/first", "it is an array, and 'first' is no index", None),
        (ROWS, "/rows/01", "it is an array, and '01' is no index", None),
        (ROWS, "/rows/-", "it is an array, and '-' is no index", None),
        (ROWS, "/rows/9", "it has at most 9 items", None),
        (ROWS, "/rows/" + "9" * 30, "it has at most 9 items", None),
        (ROWS, "/rows/0/idd", "it has no member 'idd'", "did you mean 'id'?"),
        (ROWS, "/rows/0/id/x", "it is integer, which has no parts", None),
        ({"type": ["string", "null"]}, "/a", "it is string or null, which has no parts", None),
        ({"type": "array", "prefixItems": [{"type": "null"}, False]}, "/0/a", "it is null, which has no parts", None),
        ({"type": "array", "prefixItems": [True, False]}, "/1", "the schema allows no value there", None),
        ({"type": "array", "prefixItems": [True], "items": False}, "/1", "the schema allows no value there", None),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "/a", "it is null, which has no parts", None),
        ({"oneOf": [False, {"type": "null"}]}, "/a", "it is null, which has no parts", None),
        ({"allOf": [{}, {"type": "number"}]}, "/a", "it is number, which has no parts", None),
        ({"const": "x"}, "/a", "it is string, which has no parts", None),
        ({"enum": [True, None]}, "/a", "it is boolean or null, which has no parts", None),
        ({"enum": [1], "type": "object"}, "/a", "it is nothing, which has no parts", None),
        (
            {"type": "object", "additionalProperties": {"type": "string"}},
            "/a/b",
            "it is string, which has no parts",
            None,
        ),
    ],
)
def test_what_no_fitting_value_has_is_refused(schema: JsonValue, at: str, why: str, hint: str | None) -> None:
    found = nothing_at(schema, at)
    assert found is not None
    assert (found.why, found.hint) == (why, hint)


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_schema_that_grows_on_the_way_ends_as_possible(keyword: str) -> None:
    bush: JsonValue = {"type": "string"}
    for _ in range(40):
        bush = {keyword: [bush, bush, {"type": "string"}]}
    assert nothing_at({"allOf": [{}] * (2 * MAX_VISITS)}, "/a") is None
    assert nothing_at({"allOf": [{"$ref": "#"}] * 3}, "/a") is None
    assert nothing_at(bush, "/a/b") is None or keyword != "anyOf"
    loop: JsonObject = {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}
    assert nothing_at(loop, "/a") is None
    assert nothing_at({"$ref": "#" + "/a" * 5000}, "/a") is None
    long = nothing_at({"$ref": "#" + "/$defs/a" * 500, "$defs": loop["$defs"]}, "/a")
    assert long is None


def two_steps(schema: JsonValue, at: str) -> bytes:
    plan: JsonObject = {
        "schemaVersion": "0.1",
        "planId": "p",
        "planVersion": "1",
        "steps": [
            {"stepId": "a", "kind": "noop", "output": schema},
            {
                "stepId": "b",
                "kind": "noop",
                "dependsOn": ["a"],
                "with": {"output": {"$output": {"step": "a", "at": at}}},
            },
        ],
    }
    return json.dumps(plan, indent=1).encode()


def test_a_reference_to_where_nothing_can_be_is_a_fault_of_the_plan() -> None:
    """[PLAN-023]."""
    content = two_steps(ROWS, "/rowz/0")
    (fault,) = check_plan(content, {"noop": {}}).faults
    assert (fault.code, fault.pointer) == ("PLAN_REFERENCE_OUTPUT", "/steps/1/with/output")
    assert content.decode().splitlines()[int(str(fault.line)) - 1].strip().startswith('"output"')
    assert fault.message == "the output of 'a' has nothing at /rowz/0: it has no member 'rowz'"
    assert fault.hint == "did you mean 'rows'?"
    assert check_plan(two_steps(ROWS, "/rows/0"), {"noop": {}}).faults == ()


def test_a_fault_without_a_near_name_tells_what_to_mend() -> None:
    (fault,) = check_plan(two_steps({"type": "null"}, "/x"), {"noop": {}}).faults
    assert fault.hint == "Mend the pointer, or the output schema of the step."
