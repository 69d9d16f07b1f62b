"""What dies and who heals it: Ctrl-C, SIGKILL of the command, SIGKILL of the worker, two at once."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path

from dvt.embedded import describe

from packages.cli.tests.integration.commands.conftest import Json, Place, heard, until


def events_of(dvt: Place, run: str) -> list[Json]:
    return [record["event"] for record in dvt.here("run", "events", run, "-o", "json").json()]


def assert_redelivered_once(events: list[Json]) -> None:
    starts = Counter(
        (event["stepId"], event["logicalAttemptId"]) for event in events if event["eventType"] == "StepStarted"
    )
    assert set(starts) == {("first", 1), ("wait", 1), ("last", 1)}
    assert set(starts.values()) == {1}
    assert [event["stepId"] for event in events if event["eventType"] == "StepRedelivered"] == ["wait"]


def test_sigkill_of_run_start_in_mid_step_is_healed_by_the_next_watch(cold: Place, dvt: Place, slow: Path) -> None:
    undisturbed = dvt.here("run", "start", slow, "-o", "json").json()
    started = cold.start("run", "start", slow)
    heard(started, "wait", "RUNNING")
    started.send_signal(signal.SIGKILL)
    started.wait()
    watched = cold("run", "watch", "latest", "-o", "json")
    assert watched.code == 0, watched.err
    assert watched.json()["outcomeHash"] == undisturbed["outcomeHash"]
    assert_redelivered_once(events_of(cold, watched.json()["runId"]))


def test_sigkill_of_the_worker_in_mid_step_is_healed_by_its_successor(dvt: Place, slow: Path) -> None:
    undisturbed = dvt.here("run", "start", slow, "-o", "json").json()
    started = dvt.start("run", "start", slow, "-o", "json")
    heard(started, "wait", "RUNNING")
    os.kill(host_pid(dvt.home), signal.SIGKILL)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 0, err
    assert json.loads(out)["outcomeHash"] == undisturbed["outcomeHash"]
    assert_redelivered_once(events_of(dvt, json.loads(out)["runId"]))


def host_pid(home: Path) -> int:
    state = describe(home)
    assert state is not None
    pid = next(child.pid for child in state.children if child.name == "host")
    assert pid is not None
    return pid


def test_ctrl_c_detaches_says_how_to_go_on_and_the_run_goes_on(dvt: Place, slow: Path) -> None:
    started = dvt.start("run", "start", slow)
    heard(started, "wait", "RUNNING")
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=10)
    assert (started.returncode, out) == (130, "")
    assert "is not cancelled" in err
    run = err.partition("dvt run watch ")[2].split()[0]
    assert dvt.here("run", "get", run, "-o", "json").json()["status"] == "RUNNING"
    assert dvt.here("run", "watch", run, "-o", "json").json()["status"] == "COMPLETED"


def test_two_at_once_share_the_servers(dvt: Place, slow: Path) -> None:
    both = [dvt.start("run", "start", slow, "--input", "seconds=0.5", "-o", "json") for _ in range(2)]
    said = [popen.communicate(timeout=60) for popen in both]
    reports = [json.loads(out) for out, _ in said]
    assert [report["status"] for report in reports] == ["COMPLETED", "COMPLETED"]
    assert reports[0]["runId"] != reports[1]["runId"]
    assert reports[0]["outcomeHash"] == reports[1]["outcomeHash"]


def test_a_reader_that_leaves_early_breaks_nothing(dvt: Place, slow: Path) -> None:
    started = dvt.start("run", "start", slow, "--input", "seconds=0.2")
    assert started.stdout is not None
    started.stdout.close()
    until(lambda: started.poll() is not None, what="end")
    assert started.returncode == 0
    assert started.stderr is not None
    assert "Error" not in started.stderr.read()
    started.stdout = None
