"""Judging plans: every code with pointer, line and hint; all faults at once; limits; linear time.

Which plans have which faults is in contracts/vectors/plan/v1/verdicts.json; here is the rest of a verdict.
"""

import json
import time

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.errors.v1.fault import Fault

from dvt_engine_core.errors import InvalidPlanError
from dvt_engine_core.plan.validation import MAX_EDGES, MAX_FAULTS, check_plan, read_plan
from dvt_engine_core.testing.world import plan_of

KINDS: dict[str, JsonObject] = {
    "noop": {"type": "object"},
    "shout": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
    "env": {"type": "object", "properties": {"variables": {"additionalProperties": {"type": "string"}}}},
}


def faults(plan: JsonValue) -> list[Fault]:
    """Faults of a plan written with one member a line."""
    return list(check_plan(json.dumps(plan, indent=1).encode(), KINDS).faults)


def fault(plan: JsonValue) -> Fault:
    (found,) = faults(plan)
    return found


def at(plan: JsonValue, text: str) -> int:
    return 1 + next(n for n, line in enumerate(json.dumps(plan, indent=1).splitlines()) if text in line)


def test_a_right_plan_is_read_whole() -> None:
    plan = read_plan(json.dumps(plan_of({"stepId": "a"})).encode(), KINDS)
    assert (plan.plan_id, [step.step_id for step in plan.steps]) == ("sample", ["a"])


def test_a_wrong_one_raises_with_every_fault() -> None:
    with pytest.raises(InvalidPlanError, match="the plan has 2 faults") as caught:
        read_plan(json.dumps(plan_of({"stepId": "a", "dependsOn": ["x", "y"]})).encode(), KINDS)
    assert [found.code for found in caught.value.faults] == ["PLAN_UNKNOWN_DEPENDENCY"] * 2
    with pytest.raises(InvalidPlanError, match=r"the plan has 1 fault$"):
        read_plan(b"[]", KINDS)


@pytest.mark.parametrize(
    ("plan", "line", "hint"),
    [
        (plan_of({"stepId": "a"}, maxParalelSteps=1), '"maxParalelSteps"', "did you mean 'maxParallelSteps'?"),
        (plan_of({"stepId": "a", "dependson": []}), '"dependson"', "did you mean 'dependsOn'?"),
        (plan_of({"stepId": "a", "retry": {"maxAttempt": 1}}), '"maxAttempt"', "did you mean 'maxAttempts'?"),
        (plan_of({"stepId": "a", "kind": "nop"}), '"kind"', "did you mean 'noop'?"),
        (plan_of({"stepId": "a", "kind": "bash"}), '"kind"', "installed: env, noop, shout"),
        (plan_of({"stepId": "load"}, {"stepId": "b", "dependsOn": ["lod"]}), '"lod"', "did you mean 'load'?"),
        (
            plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a", "b"]}),
            '   "b"',
            "Remove the step from its own dependsOn.",
        ),
        (
            plan_of({"stepId": "a", "with": {"v": {"$input": "/dat"}}}, inputs={"properties": {"date": {}}}),
            '"v"',
            "did you mean 'date'?",
        ),
        (plan_of({"stepId": "a", "with": {"v": {"$input": "/x"}}}), '"v"', "declared: none"),
        (
            plan_of({"stepId": "load"}, {"stepId": "b", "with": {"v": {"$output": {"step": "lod"}}}}),
            '"v"',
            "did you mean 'load'?",
        ),
        (
            plan_of({"stepId": "a"}, {"stepId": "b", "with": {"v": {"$output": {"step": "a"}}}}),
            '"v"',
            "add 'a' to dependsOn",
        ),
    ],
)
def test_a_fault_has_a_line_and_a_hint(plan: JsonValue, line: str, hint: str) -> None:
    """[PLAN-005]."""
    found = fault(plan)
    assert (found.line, found.hint) == (at(plan, line), hint)


def test_a_member_with_no_like_lists_what_is_known() -> None:
    assert str(fault(plan_of({"stepId": "a"}, zzz=1)).hint).startswith("known fields: cancelGraceMs, ")


def test_what_is_missing_is_placed_where_it_should_stand() -> None:
    plan = plan_of({"stepId": "a", "kind": "shout"})
    found = fault(plan)
    assert (found.code, found.pointer, found.line) == ("PLAN_PARAMETERS", "/steps/0/with", 6)


def test_a_cycle_is_told_step_by_step() -> None:
    """[PLAN-011]."""
    plan = plan_of(
        {"stepId": "a", "dependsOn": ["c"]}, {"stepId": "b", "dependsOn": ["a"]}, {"stepId": "c", "dependsOn": ["b"]}
    )
    assert fault(plan).message == "a cycle: a -> c -> b -> a"


def test_faults_come_in_the_order_of_the_text() -> None:
    """[PLAN-005]."""
    plan = plan_of(
        {"stepId": "a", "kind": "x"}, {"stepId": "b", "dependsOn": ["z"]}, {"stepId": "b"}, planId="?", more=1
    )
    lines = [int(str(found.line)) for found in faults(plan)]
    assert len(lines) == 5
    assert lines == sorted(lines)


def test_a_reference_stands_in_for_any_parameter() -> None:
    """[PLAN-013]."""
    taken = plan_of(
        {"stepId": "a", "kind": "shout", "with": {"text": {"$input": "/t"}}}, inputs={"properties": {"t": {}}}
    )
    assert faults(taken) == []
    inner = plan_of({"stepId": "a", "kind": "shout", "with": {"text": {"deep": {"$secret": "s"}}}})
    assert [found.code for found in faults(inner)] == ["PLAN_PARAMETERS"]
    above = plan_of(
        {"stepId": "a"},
        {"stepId": "b", "kind": "env", "dependsOn": ["a"], "with": {"variables": {"$output": {"step": "a"}}}},
    )
    assert faults(above) == []
    whole = plan_of({"stepId": "a", "kind": "shout", "with": {"$input": ""}}, inputs={"properties": {}})
    assert faults(whole) == []


@pytest.mark.parametrize(
    "plan",
    [
        {"steps": 3},
        {"steps": [1, None, {"stepId": 4}]},
        plan_of({"stepId": "a", "dependsOn": 3, "with": [], "kind": 7, "output": 1}),
        plan_of({"stepId": "a", "with": []}),
        plan_of({"stepId": "a", "dependsOn": [3]}, inputs=3),
        plan_of({"stepId": "a"}, inputs={"properties": 3}),
    ],
)
def test_any_json_gets_a_verdict_and_no_exception(plan: JsonValue) -> None:
    report = check_plan(json.dumps(plan).encode(), KINDS)
    assert report.plan is None
    assert report.faults


@pytest.mark.parametrize(
    "plan",
    [
        plan_of({"stepId": "a"}, **{"x" * 9000: 1}),
        plan_of({"stepId": "a", "kind": "k" * 9000}),
        plan_of({"stepId": "s" * 9000}, {"stepId": "s" * 9000}),
        plan_of({"stepId": "a", "dependsOn": ["s" * 9000]}, schemaVersion="1" * 9000),
        plan_of({"stepId": "a", "with": {"v" * 9000: {"$input": "/" + "i" * 9000}, "n" * 9000: {"$" + "n" * 9000: 1}}}),
        plan_of(*({"stepId": f"s{n}" * 9, "dependsOn": [f"s{(n + 1) % 900}" * 9]} for n in range(900))),
    ],
    ids=range(6),
)
def test_long_names_make_short_faults(plan: JsonValue) -> None:
    for found in faults(plan):
        assert len(found.message) <= 500
        assert len(str(found.pointer)) <= 4096


def test_a_hundred_faults_are_enough() -> None:
    """[PLAN-005]."""
    plan = plan_of(*({"stepId": f"s{n}", "dependsOn": ["none"]} for n in range(150)))
    assert len(faults(plan)) == MAX_FAULTS


def test_more_than_10_000_steps_are_too_many() -> None:
    """[PLAN-008]."""
    plan = plan_of(*({"stepId": f"s{n}"} for n in range(10_001)))
    assert [(found.code, found.pointer) for found in faults(plan)] == [("PLAN_TOO_LARGE", "/steps")]


def test_more_than_50_000_edges_are_too_many() -> None:
    """[PLAN-008]."""
    first = [f"s{n}" for n in range(251)]
    plan = plan_of(
        *({"stepId": name} for name in first), *({"stepId": f"t{n}", "dependsOn": first} for n in range(200))
    )
    assert MAX_EDGES < 251 * 200
    assert [(found.code, found.pointer) for found in faults(plan)] == [("PLAN_TOO_LARGE", "/steps")]


def test_a_plan_over_4_mib_is_not_even_read() -> None:
    """[PLAN-001]."""
    text = json.dumps(plan_of({"stepId": "a"}, description="x" * 2**22))
    assert [found.code for found in check_plan(text.encode(), KINDS).faults] == ["PLAN_TOO_LARGE"]


def test_a_chain_of_10_000_steps_is_judged_in_seconds() -> None:
    """[PLAN-006]."""
    steps: list[JsonObject] = [
        {
            "stepId": f"s{n}",
            "dependsOn": [f"s{n - 1}"] if n else [],
            "with": {"v": {"$output": {"step": "s0"}}} if n else {},
        }
        for n in range(10_000)
    ]
    content = json.dumps(plan_of(*steps)).encode()
    began = time.process_time()
    assert check_plan(content, KINDS).faults == ()
    assert time.process_time() - began < 10
