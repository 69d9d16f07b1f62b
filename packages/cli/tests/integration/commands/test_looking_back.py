"""`run at`, `run diff` and `run why` on real runs."""

from __future__ import annotations

from pathlib import Path

from dvt_contracts.models.engine.v1.run_diff import RunDiff
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.engine.v1.run_why import RunWhy

from packages.cli.tests.integration.commands.conftest import Place, WritePlan, until

HELLO = Path(__file__).parents[5] / "golden-paths" / "hello_world"


def started(dvt: Place, *argv: str | Path) -> str:
    return dvt.here("run", "start", *argv, "-o", "name").out.strip()


def test_runs_part_at_their_first_difference_in_cause_and_place(dvt: Place) -> None:
    first, second, other = (started(dvt, HELLO, "--input", f"name={name}") for name in ("Ada", "Ada", "Bob"))
    same = dvt.here("run", "diff", first, second, "-o", "json")
    assert same.code == 0, same.err
    report = RunDiff.parse(same.json())
    assert (report.verdict.value, report.outcome.value, list(report.divergences)) == ("same", "equal", [])
    parted = dvt.here("run", "diff", first, other, "-o", "json")
    (found,) = RunDiff.parse(parted.json()).divergences
    assert (parted.code, found.cause.value, found.pointer) == (3, "input", "/name")
    assert "first divergence: input, at /name" in dvt.here("run", "diff", first, other).out
    assert dvt.here("run", "diff", first, "ffffffff").code == 4


def test_a_run_stands_at_its_last_event_where_it_stands_now(dvt: Place) -> None:
    run = started(dvt, HELLO)
    report = dvt.here("run", "get", run, "-o", "json").json()
    last = dvt.here("run", "at", run, str(report["lastRunSeq"]))
    assert report["historyHash"] in last.out
    assert report["stateHash"] in last.out
    early = RunSnapshot.parse(dvt.here("run", "at", run, "1", "-o", "json").json())
    assert (early.status.value, early.last_run_seq, list(early.steps)) == ("PENDING", 1, [])
    beyond = dvt.here("run", "at", run, "1000", "-o", "json")
    assert (beyond.code, beyond.problem()["code"]) == (4, "RUN_SEQ_UNKNOWN")
    assert dvt.here("run", "at", run, "0").code == 2


def test_why_tells_what_runs_and_then_who_cancelled(dvt: Place, slow: Path) -> None:
    run = started(dvt, slow, "--input", "seconds=60", "--detach")

    def reasons() -> list[str]:
        return [reason["kind"] for reason in dvt.here("run", "why", run, "-o", "json").json()["reasons"]]

    until(lambda: reasons() == ["running", "dependency"], what="the step runs")
    assert "step last waits for wait" in dvt.here("run", "why", run).out
    assert dvt.here("run", "diff", run, run).code == 0
    dvt.here("run", "cancel", run, "--reason", "wrong day", "--wait")
    report = RunWhy.parse(dvt.here("run", "why", run, "-o", "json").json())
    assert report.summary.endswith(": wrong day")
    assert [(chain.step_id, [link.code for link in chain.chain]) for chain in report.skipped] == [
        ("last", ["CANCELLED"])
    ]


def test_why_names_the_step_that_failed(dvt: Place, write_plan: WritePlan) -> None:
    call = {"callable": "tasks:fail", "arguments": {"text": "bad row"}}
    plan = write_plan({"stepId": "one", "kind": "python", "with": call}, {"stepId": "two", "dependsOn": ["one"]})
    run = started(dvt, plan)
    answer = dvt.here("run", "why", run)
    assert (answer.code, "bad row" in answer.out) == (0, True)
    assert f"dvt run logs {run} one --attempt 1" in answer.out
    assert "two RUN_FAILING <- STEP_FAILED <- one PYTHON_RAISED" in answer.out
