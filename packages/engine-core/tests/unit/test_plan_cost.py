"""What judging a plan costs, counted in calls, which no machine makes faster or slower."""

import json
import sys
from collections.abc import Callable

import pytest
from dvt_contracts.base import JsonObject, JsonValue

from dvt_engine_core.plan.validation import check_plan

KINDS: dict[str, JsonObject] = {"noop": {"type": "object", "properties": {"output": {}}, "additionalProperties": False}}


def calls(work: Callable[[], object]) -> int:
    """How many calls, of Python and of C functions, a piece of work makes."""
    count = 0

    def hear(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(hear)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def plan(*steps: JsonObject, **fields: JsonValue) -> bytes:
    listed: list[JsonValue] = [{"kind": "noop", **step} for step in steps]
    document: JsonObject = {"schemaVersion": "0.1", "planId": "p", "planVersion": "1", **fields, "steps": listed}
    return json.dumps(document).encode()


def chain(size: int) -> bytes:
    """Each step points into the output of the one before, which has many members."""
    output: JsonObject = {"type": "object", "properties": {f"m{n}": {"type": "array"} for n in range(8)}}
    steps: list[JsonObject] = [
        {
            "stepId": f"s{n}",
            "dependsOn": [f"s{n - 1}"],
            "output": output,
            "with": {"output": {"$output": {"step": f"s{n - 1}", "at": "/m1/0"}}},
        }
        for n in range(1, size)
    ]
    return plan({"stepId": "s0", "output": output}, *steps)


def fan(size: int) -> bytes:
    """Every step points into the one output, whose schema grows with the plan."""
    output: JsonObject = {
        "type": "object",
        "properties": {f"member{n}": {} for n in range(size)},
        "additionalProperties": False,
        "anyOf": [{"type": "object"}] * size,
        "allOf": [{}] * size,
    }
    steps: list[JsonObject] = [
        {"stepId": f"s{n}", "dependsOn": ["a"], "with": {"output": {"$output": {"step": "a", "at": f"/member{n}"}}}}
        for n in range(size)
    ]
    return plan({"stepId": "a", "output": output}, *steps)


def faulty(size: int) -> bytes:
    """Every step names steps, inputs, kinds, parameters and places that are not there, but nearly."""
    steps: list[JsonObject] = [
        {
            "stepId": f"step{n}",
            "kind": "noop" if n % 2 else "noop2",
            "dependsOn": [f"stepp{n}", f"step{n - 1}" if n else "none"],
            "with": {
                "output": [
                    {"$output": {"step": f"stepp{n}"}},
                    {"$input": f"/inputt{n}"},
                    {"$output": {"step": "step0", "at": f"/memberr{n}"}},
                ],
                f"outputt{n}": 1,
            },
            "output": {
                "type": "object",
                "properties": {f"member{m}": {} for m in range(size if n == 0 else 1)},
                "additionalProperties": False,
            },
        }
        for n in range(size)
    ]
    return plan(*steps, inputs={"properties": {f"input{n}": {} for n in range(size)}})


@pytest.mark.parametrize("shape", [chain, fan, faulty])
def test_a_plan_four_times_as_large_costs_at_most_four_times_the_calls(shape: Callable[[int], bytes]) -> None:
    """[PLAN-006]."""
    small, large = shape(400), shape(1600)
    growth = len(large) / len(small)
    check_plan(small, KINDS)
    few, many = calls(lambda: check_plan(small, KINDS)), calls(lambda: check_plan(large, KINDS))
    assert many <= few * growth * 1.1, f"{few} calls for {len(small)} bytes, {many} for {len(large)}"


def test_dear_shapes_are_really_judged() -> None:
    assert check_plan(chain(20), KINDS).faults == ()
    assert check_plan(fan(20), KINDS).faults == ()
    codes = {fault.code for fault in check_plan(faulty(20), KINDS).faults}
    assert {"PLAN_REFERENCE_OUTPUT", "PLAN_REFERENCE_INPUT", "PLAN_PARAMETERS", "PLAN_UNKNOWN_KIND"} <= codes
