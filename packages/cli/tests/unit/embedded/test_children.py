"""Children end with whoever started them, and are stopped step by step."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from dvt.embedded.child import Child, Watcher, spawn

# Starts a child that ignores what it may, says its pid, and waits to be killed.
PARENT = """
import signal, sys, time
from pathlib import Path
from dvt.embedded.child import spawn
child = spawn(["sleep", "1000"], log=Path(sys.argv[1]), cwd="/", environment={"PATH": "/usr/bin:/bin"})
print(child.pid, flush=True)
time.sleep(1000)
"""
STUBBORN = "trap '' INT TERM; echo armed; while :; do sleep 0.05; done"


def start(tmp_path: Path, *argv: str) -> Child:
    return spawn(argv, log=tmp_path / "log", cwd=tmp_path, environment={"PATH": "/usr/bin:/bin"})


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_ended(pid: int) -> None:
    deadline = time.monotonic() + 5
    while alive(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.01)


def test_a_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    wait_until_ended(pid)


def test_a_watcher_kills_when_its_pipe_closes_without_a_word() -> None:
    with subprocess.Popen(["sleep", "1000"]) as watched:
        watcher = Watcher(watched.pid, signal.SIGKILL)
        assert watcher._popen.stdin
        watcher._popen.stdin.close()
        assert watched.wait(timeout=5) == -signal.SIGKILL
        watcher.dismiss()


def test_a_dismissed_watcher_leaves_the_process_alone() -> None:
    with subprocess.Popen(["sleep", "1000"]) as watched:
        Watcher(watched.pid, signal.SIGKILL).dismiss()
        assert watched.poll() is None
        watched.kill()


async def test_a_stubborn_child_is_killed_in_the_end(tmp_path: Path) -> None:
    child = start(tmp_path, "sh", "-c", STUBBORN)
    while "armed" not in child.output():
        time.sleep(0.01)  # noqa: ASYNC251 - nothing else runs here
    began = time.monotonic()
    await child.stop((signal.SIGINT, 0.2), (signal.SIGTERM, 0.2))
    assert await child.exited() == -signal.SIGKILL
    assert 0.4 <= time.monotonic() - began < 3


async def test_a_willing_child_is_not_killed(tmp_path: Path) -> None:
    child = start(tmp_path, "sleep", "1000")
    await child.stop((signal.SIGINT, 5))
    assert await child.exited() == -signal.SIGINT
    assert not child.running


async def test_what_a_child_started_ends_with_its_group(tmp_path: Path) -> None:
    child = start(tmp_path, "sh", "-c", "sleep 1000 & echo $!; wait")
    while not child.output():
        time.sleep(0.01)  # noqa: ASYNC251
    grandchild = int(child.output())
    await child.stop((signal.SIGTERM, 5), group=True)
    wait_until_ended(grandchild)


async def test_output_is_of_this_process_only_and_private(tmp_path: Path) -> None:
    await start(tmp_path, "echo", "before").exited()
    child = start(tmp_path, "echo", "now")
    assert await child.exited() == 0
    assert child.output() == "now"
    assert (tmp_path / "log").read_text() == "before\nnow\n"
    assert (tmp_path / "log").stat().st_mode & 0o077 == 0


async def test_a_child_is_in_a_session_of_its_own(tmp_path: Path) -> None:
    child = start(tmp_path, "sleep", "1000")
    assert os.getsid(child.pid) == child.pid
    await child.stop((signal.SIGTERM, 5))
