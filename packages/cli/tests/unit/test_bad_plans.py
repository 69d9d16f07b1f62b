"""Every kind of bad input: its code, its place, its hint, its exit code, and never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Dvt = Callable[..., Any]
Answer = Any
WritePlan = Callable[..., Path]
A = {"stepId": "a"}


def fault_of(answer: Answer, code: str) -> dict[str, Any]:
    problem = answer.problem()
    assert "Traceback" not in answer.err
    assert answer.out == ""
    found = [fault for fault in problem.get("faults", []) if fault["code"] == code]
    assert found, problem
    assert problem["hint"]
    return dict(found[0])


BAD: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str, str]] = {
    "unknown kind": ([{**A, "kind": "pyton"}], {}, "PLAN_UNKNOWN_KIND", "/steps/0/kind"),
    "unknown field": ([{**A, "dependOn": []}], {}, "PLAN_UNKNOWN_FIELD", "/steps/0/dependOn"),
    "cycle": (
        [{**A, "dependsOn": ["b"]}, {"stepId": "b", "dependsOn": ["a"]}],
        {},
        "PLAN_CYCLE",
        "/steps/0/dependsOn",
    ),
    "self-dependency": ([{**A, "dependsOn": ["a"]}], {}, "PLAN_SELF_DEPENDENCY", "/steps/0/dependsOn/0"),
    "unknown dependency": ([{**A, "dependsOn": ["z"]}], {}, "PLAN_UNKNOWN_DEPENDENCY", "/steps/0/dependsOn/0"),
    "bad id": ([{"stepId": "a b"}], {}, "PLAN_BAD_ID", "/steps/0/stepId"),
    "no ancestor": (
        [A, {"stepId": "b", "with": {"output": {"$output": {"step": "a"}}}}],
        {},
        "PLAN_REFERENCE_NOT_ANCESTOR",
        "/steps/1/with/output",
    ),
    "capability": ([A], {"requires": ["steps.teleport"]}, "PLAN_CAPABILITY", "/requires/0"),
    "limit": ([A], {"maxParallelSteps": 5000}, "PLAN_SCHEMA", "/maxParallelSteps"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_plan_is_refused_with_code_line_pointer_and_hint(name: str, dvt: Dvt, write_plan: WritePlan) -> None:
    steps, fields, code, pointer = BAD[name]
    path = write_plan(*steps, **fields)
    answer = dvt("run", "start", str(path), "-o", "json")
    fault = fault_of(answer, code)
    assert answer.code == 1
    assert fault["pointer"] == pointer
    line = path.read_text("utf-8").splitlines()[fault["line"] - 1]
    assert f'"{pointer.split("/")[-1]}"' in line or pointer[-1].isdigit()
    assert fault["column"] == len(line) - len(line.lstrip()) + 1
    assert answer.problem()["file"] == "plan.json"


def test_all_faults_are_told_at_once_in_the_order_of_the_text(dvt: Dvt, write_plan: WritePlan) -> None:
    write_plan({**A, "kind": "pyton", "dependsOn": ["zz"]}, {"stepId": "b c"}, planid="x")
    answer = dvt("plan", "lint", "plan.json")
    assert answer.code == 1
    codes = ("PLAN_UNKNOWN_FIELD", "PLAN_UNKNOWN_KIND", "PLAN_UNKNOWN_DEPENDENCY", "PLAN_BAD_ID")
    assert all(code in answer.err for code in codes)
    assert "plan.json:5:3 /planid: unknown field 'planid' [PLAN_UNKNOWN_FIELD]" in answer.err
    assert "did you mean 'planId'?" in answer.err


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('{"schemaVersion": "0.1",\n', "PLAN_NOT_JSON", 2),
        ('{"planId": "a",\n "planId": "b"}', "PLAN_DUPLICATE_KEY", 2),
    ],
)
def test_text_that_is_no_plan_is_refused_at_its_place(
    text: str, code: str, line: int, dvt: Dvt, write_plan: WritePlan
) -> None:
    write_plan(text=text)
    answer = dvt("run", "start", ".", "-o", "json")
    assert fault_of(answer, code)["line"] == line


def test_bytes_that_are_not_utf8_and_a_plan_over_4_mib_are_refused(dvt: Dvt, place: Path) -> None:
    (place / "plan.json").write_bytes(b'{"planId": "\xff"}')
    fault_of(dvt("run", "start", ".", "-o", "json"), "PLAN_NOT_JSON")
    (place / "plan.json").write_bytes(b" " * (4 * 1024 * 1024 + 1))
    fault_of(dvt("run", "start", ".", "-o", "json"), "PLAN_TOO_LARGE")


@pytest.mark.parametrize("path", ["nowhere.json", "nowhere/plan.json", "."])
def test_a_plan_that_is_not_there_is_not_found(path: str, dvt: Dvt) -> None:
    answer = dvt("run", "start", path, "-o", "json")
    assert (answer.code, answer.problem()["code"]) == (4, "PLAN_FILE_NOT_FOUND")
    assert "plan.json" in answer.problem()["hint"]


def test_a_plan_changed_after_its_hash_was_taken_is_refused(dvt: Dvt, write_plan: WritePlan) -> None:
    """[PLAN-004], [GLOSSARY-020]."""
    path = write_plan(A)
    sha256 = dvt("plan", "lint", "-o", "json").json()[0]["sha256"]
    path.write_text(json.dumps(json.loads(path.read_text("utf-8"))), "utf-8")
    assert dvt("plan", "lint", "-o", "json").json()[0]["sha256"] == sha256, "spelling does not count"
    write_plan(A, description="changed")
    answer = dvt("run", "start", "plan.json", "--sha256", sha256, "-o", "json")
    assert (answer.code, answer.problem()["code"]) == (1, "PLAN_HASH_MISMATCH")
    assert sha256 in answer.problem()["message"]


def test_lint_tells_the_facts_of_a_good_plan(dvt: Dvt, write_plan: WritePlan) -> None:
    write_plan(A, {"stepId": "b", "dependsOn": ["a"]})
    (row,) = dvt("plan", "lint", "-o", "json").json()
    assert row["result"] == "ok"
    assert (row["steps"], row["edges"], len(row["sha256"])) == (2, 1, 64)


def test_lint_judges_each_of_several_plans(dvt: Dvt, write_plan: WritePlan) -> None:
    write_plan(A)
    answer = dvt("plan", "lint", "plan.json", "missing", "-o", "json")
    assert answer.code == 4
    assert [row["result"] for row in answer.json()] == ["ok", "fail"]
    assert answer.json()[1]["problem"]["code"] == "PLAN_FILE_NOT_FOUND"
