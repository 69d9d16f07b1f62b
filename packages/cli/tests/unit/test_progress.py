"""Progress: what a run looks like while it goes on, on a terminal and elsewhere; and what leaving it alone tells."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from dvt.detaching import Watched, tell_if_servers_end
from dvt.embedded import HolderState, SupervisorState
from dvt.live import LiveProgress
from dvt.progress import LineProgress, RunProgress, StepProgress, progress_of
from dvt.shell import Shell
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_engine_core.errors import StepError
from dvt_engine_core.testing.memory_runtime import ScriptedExecutor
from dvt_engine_core.testing.world import World, plan_of

STEPS = ("a", "b")


async def records_of(*, fails: bool = False) -> list[RawRecord]:
    async def fail(_: object) -> None:
        raise StepError("no\nluck", code="PYTHON_RAISED")

    world = World(executor=ScriptedExecutor({"a": fail} if fails else {}))
    run = await world.finish(plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}))
    return [record async for record in world.store.read_events(run)]


def fresh() -> RunProgress:
    return RunProgress("run", steps={step_id: StepProgress(step_id) for step_id in STEPS})


async def test_without_a_terminal_there_is_a_line_per_change_of_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    progress = LineProgress(Shell(), fresh())
    for record in await records_of():
        progress.hear(record)
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split()[1:3] for line in said.err.splitlines()] == [
        ["a", "RUNNING"],
        ["a", "SUCCEEDED"],
        ["b", "RUNNING"],
        ["b", "SUCCEEDED"],
    ]


async def test_a_failure_is_told_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    progress = LineProgress(Shell(), fresh())
    for record in await records_of(fails=True):
        progress.hear(record)
    lines = capsys.readouterr().err.splitlines()
    assert any(line.endswith("PYTHON_RAISED: no\\nluck") for line in lines)
    assert any("SKIPPED" in line and "RUN_FAILING" in line for line in lines)


async def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_of(Shell(quiet=True), "run", STEPS) as progress:
        for record in await records_of():
            progress.hear(record)
    assert capsys.readouterr().err == ""


async def test_on_a_terminal_the_table_ends_with_every_step_done(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    shell = Shell()
    assert shell.live()
    run = RunProgress("run", steps={f"s{n:02}": StepProgress(f"s{n:02}") for n in range(30)} | fresh().steps)
    with LiveProgress(shell, run) as progress:
        for record in await records_of():
            progress.hear(record)
        progress.say("a word")
    last = screen.getvalue().rpartition("a word")[2]
    assert last.count("SUCCEEDED") >= 2
    assert "2 of 32 steps done" in last


@pytest.mark.parametrize(("run_id", "embedded"), [("", True), ("r1", False), ("r1", True)])
def test_detaching_says_how_to_go_on(run_id: str, embedded: bool, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: FBT001
    Watched(run_id, embedded).detached(Shell())
    said = capsys.readouterr().err
    assert ("no run was started" in said) == (run_id == "")
    assert ("dvt run watch r1" in said) == (run_id == "r1")
    assert ("embedded servers end" in said) == (run_id == "r1" and embedded)


@pytest.mark.parametrize(("others", "told"), [(0, True), (1, False)])
def test_detach_warns_where_nobody_else_holds_the_servers(
    others: int,
    told: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    holders = tuple(HolderState(os.getpid() + n, "dvt", "") for n in range(others + 1))
    monkeypatch.setattr("dvt.embedded.describe", lambda _: SupervisorState(1, "", None, holders, ()))
    tell_if_servers_end(Shell(), tmp_path, "r1")
    assert ("dvt run watch r1" in capsys.readouterr().err) == told
