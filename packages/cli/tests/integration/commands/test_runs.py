"""Runs on real servers, from start to artifacts, as a user meets them."""

from __future__ import annotations

import json
import os
from pathlib import Path

from dvt_contracts.models.engine.v1.run_report import RunReport
from dvt_contracts.models.events.v1.record import RawRecord

from packages.cli.tests.integration.commands.conftest import Place, WritePlan

HELLO = Path(__file__).parents[5] / "golden-paths" / "hello_world"


def test_hello_world_completes_with_json_as_promised(dvt: Place) -> None:
    answer = dvt("run", "start", HELLO, "--input", "name=Ada", "-o", "json")
    assert answer.code == 0, answer.err
    report = RunReport.parse(answer.json())
    assert report.status.value == "COMPLETED"
    assert report.outcome_hash is not None
    assert [(step.step_id, step.status.value) for step in report.steps] == [
        ("greet", "SUCCEEDED"),
        ("count", "SUCCEEDED"),
        ("say", "SUCCEEDED"),
    ]
    assert report.steps[0].output == {"greeting": "Hello, Ada!"}
    assert all(f"{step}  RUNNING" in answer.err for step in ("greet", "count", "say  "[:5]))
    again = dvt.here("run", "start", HELLO, "--input", "name=Ada", "-o", "json", "-q")
    assert again.err == ""
    assert again.json()["outcomeHash"] == report.outcome_hash
    other = dvt.here("run", "start", HELLO, "-o", "json").json()
    assert other["steps"][0]["output"] == {"greeting": "Hello, world!"}
    assert other["outcomeHash"] != report.outcome_hash


def test_the_same_start_key_is_the_same_run_and_with_other_inputs_a_conflict(dvt: Place) -> None:
    first = dvt("run", "start", HELLO, "--start-key", "monday", "-o", "json").json()
    second = dvt.here("run", "start", HELLO, "--start-key", "monday", "-o", "json").json()
    assert second == first
    listed = [row["runId"] for row in dvt.here("run", "list", "--limit", "1000", "-o", "json").json()]
    assert listed.count(first["runId"]) == 1
    conflict = dvt.here("run", "start", HELLO, "--start-key", "monday", "--input", "name=Eve", "-o", "json")
    assert (conflict.code, conflict.problem()["code"]) == (6, "START_KEY_CONFLICT")
    assert first["runId"] in conflict.problem()["message"]


def test_get_list_and_events_tell_the_same_run_in_every_form(dvt: Place) -> None:
    run = dvt.here("run", "start", HELLO, "-o", "name").out.strip()
    report = dvt.here("run", "get", run[:30], "-o", "json").json()
    assert report == dvt.here("run", "get", run, "-o", "json").json()
    text = dvt.here("run", "get", run).out
    assert all(report[name] in text for name in ("runId", "outcomeHash", "stateHash", "historyHash"))
    assert f'runId: "{run}"' in dvt.here("run", "get", run, "-o", "yaml").out
    records = [RawRecord.parse(record) for record in dvt.here("run", "events", run, "-o", "json").json()]
    assert [record.run_seq for record in records] == list(range(1, report["lastRunSeq"] + 1))
    lines = dvt.here("run", "events", run, "-o", "jsonl", "--after", "2", "--follow").out.splitlines()
    assert [json.loads(line)["runSeq"] for line in lines] == list(range(3, report["lastRunSeq"] + 1))
    row = next(row for row in dvt.here("run", "ls", "-o", "json").json() if row["runId"] == run)
    assert (row["status"], row["planId"]) == ("COMPLETED", "hello-world")
    assert "RunCompleted" in dvt.here("run", "events", run).out


def test_a_failed_run_exits_3_and_shows_the_end_of_the_log(dvt: Place, write_plan: WritePlan) -> None:
    call = {"callable": "tasks:fail", "arguments": {"text": "bad \x1b[31mrow"}}
    plan = write_plan(
        {"stepId": "one"},
        {"stepId": "two", "kind": "python", "with": call, "dependsOn": ["one"], "retry": {"maxAttempts": 2}},
        {"stepId": "three", "dependsOn": ["two"]},
        name="failing",
    )
    answer = dvt("run", "start", plan, "-o", "json")
    assert answer.code == 3
    report = answer.json()
    assert (report["status"], report["code"]) == ("FAILED", "STEP_FAILED")
    assert [(step["status"], step.get("code"), step["attempt"]) for step in report["steps"][1:]] == [
        ("FAILED", "PYTHON_RAISED", 2),
        ("SKIPPED", "RUN_FAILING", 1),
    ]
    assert "about to fail" in answer.err
    assert "\x1b" not in answer.err
    logs = dvt.here("run", "logs", report["runId"], "two")
    assert logs.out.count("about to fail") == 2
    assert dvt.here("run", "logs", report["runId"], "two", "--attempt", "1").out.count("about to fail") == 1
    assert "about to fail" in dvt.here("run", "get", report["runId"]).err
    unknown = dvt.here("run", "logs", report["runId"], "tow")
    assert unknown.code == 4
    assert "Did you mean 'two'?" in unknown.err


def test_cancel_needs_a_reason_ends_the_run_and_comes_too_late_afterwards(dvt: Place, slow: Path) -> None:
    started = dvt.here("run", "start", slow, "--input", "seconds=60", "--detach", "-o", "json")
    run = started.json()["runId"]
    assert started.code == 0
    assert "embedded servers: they end" not in started.err, "`dvt dev` holds them"
    without = dvt.here("run", "cancel", run, "-o", "json")
    assert (without.code, without.problem()["code"]) == (2, "REASON_REQUIRED")
    cancelled = dvt.here("run", "cancel", run, "--reason", "wrong day", "--wait", "-o", "json")
    assert (cancelled.code, cancelled.json()["status"]) == (3, "CANCELLED")
    late = dvt.here("run", "cancel", run, "--reason", "again", "-o", "json")
    assert (late.code, late.problem()["code"]) == (6, "RUN_TERMINAL")
    events = [record["event"] for record in dvt.here("run", "events", run, "-o", "json").json()]
    (accepted,) = (event["payload"] for event in events if event["eventType"] == "SignalAccepted")
    assert accepted["reason"] == "wrong day"
    assert accepted["actor"]["authenticated"] is False


def test_artifacts_and_large_outputs_are_listed_and_fetched(dvt: Place, write_plan: WritePlan) -> None:
    plan = write_plan(
        {
            "stepId": "report",
            "kind": "process",
            "with": {"argv": ["sh", "-c", "printf 'h\\303\\251llo\\000' > out.bin"], "artifacts": {"r.bin": "out.bin"}},
        },
        {"stepId": "large", "with": {"output": "x" * 20_000}},
        name="artifacts",
    )
    run = dvt.here("run", "start", plan, "-o", "name").out.strip()
    listed = {(row["stepId"], row["name"]): row for row in dvt.here("artifact", "list", run, "-o", "json").json()}
    assert set(listed) == {("report", "r.bin"), ("large", "output.json")}
    assert dvt.here("artifact", "get", run, "report", "r.bin", "--out", "copy.bin").code == 0
    assert (dvt.folder / "copy.bin").read_bytes() == b"h\xc3\xa9llo\x00"
    assert json.loads(dvt.here("artifact", "get", run, "large", "output.json").out) == "x" * 20_000
    unknown = dvt.here("artifact", "get", run, "report", "nope")
    assert unknown.code == 4
    assert "report r.bin" in unknown.err
    nowhere = dvt.here("artifact", "get", run, "report", "r.bin", "--out", "no/such/folder")
    assert (nowhere.code, os.path.exists(dvt.folder / "no")) == (2, False)  # noqa: PTH110


def test_the_relay_delivers_every_event_to_the_file(dvt: Place) -> None:
    run = dvt.here("run", "start", HELLO, "-o", "json").json()

    def delivered() -> list[dict[str, str]]:
        lines = (dvt.home / "outbox" / "events.jsonl").read_text("utf-8").splitlines()
        return [event for event in map(json.loads, lines) if event["partitionkey"] == run["runId"]]

    from packages.cli.tests.integration.commands.conftest import until

    until(lambda: len(delivered()) == run["lastRunSeq"], what="all delivered", within_s=10)
    assert [int(event["sequence"]) for event in delivered()] == list(range(1, run["lastRunSeq"] + 1))
    status = dvt.here("outbox", "status", "-o", "json").json()
    assert status["blocked"] == []
    assert status["delivered"] >= run["lastRunSeq"]


def test_what_does_not_exist_is_not_found(dvt: Place) -> None:
    for argv in (["run", "get"], ["run", "events"], ["run", "logs"], ["artifact", "list"], ["run", "watch"]):
        answer = dvt.here(*argv, "ffffffff")
        assert answer.code == 4, answer
        assert "[RUN_NOT_FOUND]" in answer.err


def test_the_log_answers_sql_and_takes_none_that_writes(dvt: Place) -> None:
    run = dvt.here("run", "start", HELLO, "-o", "name").out.strip()
    query = f"select count(*) as events from dvt.event where run_id = '{run}'"
    assert dvt.here("store", "sql", query, "-o", "json").json() == [{"events": 9}]
    refused = dvt.here("store", "sql", "delete from dvt.event")
    assert refused.code == 2
    assert dvt.here("store", "sql", query, "-o", "json").json() == [{"events": 9}]


def test_the_doctor_finds_everything_well_and_says_who_holds_the_servers(dvt: Place) -> None:
    answer = dvt("doctor", "-o", "json")
    found = {row["name"]: row for row in answer.json()}
    assert answer.code == 0, answer.out
    assert {"python", "home", "disk", "binaries", "supervisor", "host", "database", "temporal"} <= set(found)
    assert "dev" in found["supervisor"]["detail"]
