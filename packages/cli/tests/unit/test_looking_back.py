"""Differences, reasons and graphs as a person reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dvt.diff_text import diff_text
from dvt.why_text import why_text
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import SkipCode
from dvt_contracts.models.plan.v1.plan_graph import PlanGraph
from dvt_engine_core.diff.comparing import diff_runs
from dvt_engine_core.facts import Fact
from dvt_engine_core.testing.histories import history_of
from dvt_engine_core.testing.scenario import accepted
from dvt_engine_core.testing.world import plan_of
from dvt_engine_core.why.explaining import explain_run

Dvt = Callable[..., Any]
WritePlan = Callable[..., Path]
CHAIN = plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}, {"stepId": "c", "dependsOn": ["b"]})
DONE = ("StepStarted a 1", "StepCompleted a 1", "RunCompleted")
LOST = (
    "StepStarted a 1",
    "StepFailed a 1",
    Fact("StepSkipped", StepSkippedPayload(code=SkipCode.UPSTREAM_FAILED, cause_step_id="a"), "b"),
    Fact("StepSkipped", StepSkippedPayload(code=SkipCode.UPSTREAM_SKIPPED, cause_step_id="b"), "c"),
    Fact("RunFailed", RunFailedPayload(code="STEP_FAILED", step_id="a")),
)


def test_equal_outcomes_are_said_as_such() -> None:
    report = diff_runs(history_of(CHAIN, *DONE), history_of(CHAIN, *DONE, seed=1))
    lines = diff_text(report).splitlines()
    assert lines[3] == "no divergence: the same events, each after the same causes"
    assert lines[-1] == f"outcome  equal: {report.a.outcome_hash}"
    signalled = diff_text(diff_runs(history_of(CHAIN, *DONE), history_of(CHAIN, accepted("s"), *DONE, seed=1)))
    assert "first divergence: signal" in signalled
    assert "  a  (nothing)" in signalled
    assert "outcome  equal: " in signalled


def test_a_divergence_shows_both_sides() -> None:
    report = diff_runs(history_of(CHAIN, *DONE), history_of(CHAIN, *LOST, seed=1))
    lines = diff_text(report).splitlines()
    assert lines[3:5] == [
        "first divergence: result, step a",
        "  step a: StepCompleted in the first run, StepFailed PYTHON_RAISED in the second",
    ]
    assert lines[5].startswith("  a     4  StepCompleted  a  attempt 1  output ")
    assert lines[6] == "  b     4  StepFailed  a  attempt 1  PYTHON_RAISED"
    assert lines[-2].startswith("outcome  different: ")


def test_an_open_run_is_the_same_so_far() -> None:
    report = diff_runs(history_of(CHAIN, *DONE), history_of(CHAIN, *DONE[:1], seed=1))
    assert "no divergence so far" in diff_text(report)
    assert diff_text(report).endswith("outcome  (open)")


def test_a_failure_is_told_with_its_log_and_the_skips_behind_it() -> None:
    text = why_text(explain_run(history_of(CHAIN, *LOST)))
    assert "step a failed in attempt 1 with PYTHON_RAISED  (at 20" in text
    assert "\n    no\n" in text
    assert " a --attempt 1" in text
    assert text.endswith(
        "skipped:\n  b UPSTREAM_FAILED <- a PYTHON_RAISED\n  c UPSTREAM_SKIPPED <- b UPSTREAM_FAILED <- a PYTHON_RAISED"
    )


def test_what_is_waited_for_is_told_with_its_times() -> None:
    text = why_text(explain_run(history_of(CHAIN, "StepStarted a 1", "StepFailed a 1 retry")))
    assert "attempt 2 follows  (since 20" in text
    assert ", until 20" in text
    assert "step c waits for b" in text


def test_long_answers_are_cut() -> None:
    many = plan_of({"stepId": "a"}, *({"stepId": f"s{n}", "dependsOn": ["a"]} for n in range(30)))
    skips = [Fact("StepSkipped", StepSkippedPayload(code=SkipCode.UPSTREAM_FAILED), f"s{n}") for n in range(30)]
    assert "... and 11 more; -o json shows up to 100" in why_text(explain_run(history_of(many)))
    skipped = why_text(explain_run(history_of(many, "StepStarted a 1", "StepFailed a 1", *skips)))
    assert skipped.endswith("  ... and 10 more; -o json shows up to 100")


def test_a_plan_is_drawn_in_every_form(dvt: Dvt, write_plan: WritePlan) -> None:
    write_plan({"stepId": "b", "dependsOn": ["a"]}, {"stepId": "a"})
    lines = dvt("plan", "graph").out.splitlines()
    assert [line.split() for line in lines[1:]] == [["0", "a", "noop", "-", "-"], ["1", "b", "noop", "a", "-"]]
    assert dvt("plan", "graph", "plan.json", "--as", "mermaid").out.startswith("flowchart TB\n")
    assert dvt("plan", "graph", "plan.json", "--as", "dot").out.startswith('digraph "sample" {\n')
    drawn = PlanGraph.parse(dvt("plan", "graph", ".", "-o", "json").json())
    assert [(edge.from_, edge.to) for edge in drawn.edges] == [("a", "b")]


@pytest.mark.parametrize("form", ["text", "mermaid", "dot"])
def test_a_bad_plan_is_not_drawn(form: str, dvt: Dvt, write_plan: WritePlan) -> None:
    write_plan({"stepId": "a", "dependsOn": ["a"]})
    answer = dvt("plan", "graph", ".", "--as", form, "-o", "json")
    assert (answer.code, answer.out, answer.problem()["code"]) == (1, "", "PLAN_INVALID")
