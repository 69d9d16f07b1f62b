"""Signals by command, on real servers: decided, applied, waited for; what has no effect says why."""

from __future__ import annotations

from pathlib import Path

from packages.cli.tests.integration.commands.conftest import Json, Place, WritePlan, until

READS = """from pathlib import Path


def fail_without(path: str) -> str:
    return Path(path).read_text("utf-8")
"""


def state(dvt: Place, run: str) -> Json:
    return dvt.here("run", "get", run, "-o", "json").json()


def step_of(dvt: Place, run: str, step_id: str) -> Json:
    return next(step for step in state(dvt, run)["steps"] if step["stepId"] == step_id)


def begin(dvt: Place, plan: Path, *argv: str) -> str:
    return dvt.here("run", "start", plan, "--detach", "-o", "name", *argv).out.strip()


def code_of(dvt: Place, *argv: str) -> Json:
    answer = dvt.here(*argv, "-o", "json")
    assert answer.code != 0
    return answer.problem()["code"]


def test_pause_and_resume(dvt: Place, slow: Path) -> None:
    run = begin(dvt, slow, "--input", "seconds=1.5")
    until(lambda: step_of(dvt, run, "wait")["status"] == "RUNNING", what="step `wait` runs")
    paused = dvt.here("run", "pause", run, "--wait")
    assert (paused.code, "pause applied" in paused.out) == (0, True), paused
    assert code_of(dvt, "run", "pause", run, "--wait") == "RUN_PAUSED"
    until(lambda: step_of(dvt, run, "wait")["status"] == "SUCCEEDED", what="step `wait` ends")
    assert state(dvt, run)["status"] == "PAUSED"
    assert dvt.here("run", "resume", run, "--wait").code == 0
    assert dvt.here("run", "watch", run, "-o", "json").json()["status"] == "COMPLETED"
    assert code_of(dvt, "run", "pause", run) == "RUN_TERMINAL"


def test_a_failed_step_is_granted_an_attempt_and_another_is_given_up(dvt: Place, write_plan: WritePlan) -> None:
    fails = {"callable": "tasks:fail_without", "arguments": {"path": {"$input": "/path"}}}
    plan = write_plan(
        {"stepId": "a", "kind": "python", "with": fails},
        {"stepId": "b", "dependsOn": ["a"]},
        name="granted",
        onStepFailure="pause",
        inputs={"type": "object", "properties": {"path": {"type": "string"}}, "additionalProperties": False},
    )
    (plan / "tasks.py").write_text(READS, "utf-8")
    here = plan / "here.txt"
    here.write_text("now", "utf-8")
    run = begin(dvt, plan, "--input", f"path={plan / 'nowhere'}")
    until(lambda: state(dvt, run)["status"] == "PAUSED", what="the run waits for an operator")
    assert code_of(dvt, "step", "retry", run, "b") == "STEP_NOT_FAILED"
    assert code_of(dvt, "run", "update", run) == "USAGE"
    assert code_of(dvt, "run", "update", run, "--input", "road=1", "--wait") == "INPUTS_INVALID"
    assert dvt.here("run", "update", run, "--input", f"path={here}", "--wait").code == 0
    assert dvt.here("step", "retry", run, "a", "--wait").code == 0
    assert dvt.here("run", "resume", run).code == 0
    ended = dvt.here("run", "watch", run, "-o", "json").json()
    assert ended["status"] == "COMPLETED"
    assert step_of(dvt, run, "a")["attempt"] == 2
    assert code_of(dvt, "step", "skip", run, "a", "--reason", "late") == "RUN_TERMINAL"

    again = begin(dvt, plan, "--input", f"path={plan / 'nowhere'}")
    until(lambda: state(dvt, again)["status"] == "PAUSED", what="the run waits for an operator")
    assert code_of(dvt, "step", "skip", again, "a") == "REASON_REQUIRED"
    assert dvt.here("step", "skip", again, "a", "--reason", "the source is gone", "--wait").code == 0
    assert dvt.here("run", "resume", again).code == 0
    assert dvt.here("run", "watch", again, "-o", "json").json()["status"] == "COMPLETED"
    assert [step_of(dvt, again, name)["status"] for name in ("a", "b")] == ["SKIPPED", "SKIPPED"]


def test_stop_and_retry_as_a_new_run(dvt: Place, slow: Path) -> None:
    run = begin(dvt, slow, "--input", "seconds=60")
    until(lambda: step_of(dvt, run, "wait")["status"] == "RUNNING", what="step `wait` runs")
    assert code_of(dvt, "run", "retry", run) == "RUN_NOT_TERMINAL"
    assert code_of(dvt, "run", "stop", run) == "REASON_REQUIRED"
    assert dvt.here("run", "stop", run, "--reason", "wrong database", "--wait").code == 0
    assert dvt.here("run", "watch", run, "-o", "json").json()["status"] == "CANCELLED"
    first, second = (dvt.here("run", "retry", run, "--signal-id", f"again-{run}", "-o", "name").out for _ in range(2))
    assert first == second != f"{run}\n"
    assert dvt.here("run", "stop", first.strip(), "--reason", "enough").code == 0
    assert dvt.here("run", "watch", first.strip(), "-o", "json").json()["status"] == "CANCELLED"
