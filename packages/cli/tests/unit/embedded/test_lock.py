"""One supervisor per home, whatever happened to the one before."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from dvt.embedded import EmbeddedError, entrance
from dvt.embedded.layout import Layout
from dvt.embedded.lock import HomeLock, LockOwner, process_start, read_owner

OWNER = LockOwner(os.getpid(), "2026-01-01T00:00:00Z", "123", "dvt dev", 1)
HOLD = """
import sys, time
from pathlib import Path
from dvt.embedded.lock import HomeLock
assert HomeLock(Path(sys.argv[1])).try_acquire()
print("held", flush=True)
time.sleep(1000)
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "home")
    layout.prepare()
    return layout


def test_the_lock_excludes_and_its_owner_can_be_read(layout: Layout) -> None:
    one, two = HomeLock(layout.lock), HomeLock(layout.lock)
    assert one.try_acquire()
    one.sign(OWNER)
    assert not two.try_acquire()
    assert read_owner(layout.lock) == OWNER
    one.release()
    assert two.try_acquire()
    two.release()


def test_a_shorter_signature_leaves_nothing_of_a_longer_one(layout: Layout) -> None:
    lock = HomeLock(layout.lock)
    lock.sign(LockOwner(1, "2026-01-01T00:00:00Z", "123", "a long command " * 10, 1))
    lock.sign(OWNER)
    assert read_owner(layout.lock) == OWNER
    lock.release()


def test_the_kernel_frees_the_lock_of_a_killed_owner(layout: Layout) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(layout.lock)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        mine = HomeLock(layout.lock)
        assert not mine.try_acquire()
        other.kill()
        other.wait()
        assert mine.try_acquire()
        mine.release()


def test_a_holder_that_does_not_answer_is_named(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "PREDECESSOR_WAIT_S", 0.1)
    other = HomeLock(layout.lock)
    assert other.try_acquire()
    other.sign(OWNER)
    with pytest.raises(EmbeddedError) as caught:
        entrance.enter(layout)
    other.release()
    assert caught.value.code == "EMBEDDED_HOME_HELD"
    assert f"process {os.getpid()} (dvt dev) since 2026-01-01" in caught.value.message


def test_whoever_comes_second_to_a_served_home_steps_back(layout: Layout) -> None:
    first = entrance.enter(layout)
    assert first
    with first:
        assert entrance.enter(layout) is None
    assert not layout.socket.exists()


def test_a_socket_left_by_a_killed_supervisor_is_replaced(layout: Layout) -> None:
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(layout.socket))
    entered = entrance.enter(layout)
    assert entered
    with entered:
        assert entered.owner.pid == os.getpid()
        assert layout.socket.stat().st_mode & 0o177 == 0


def test_a_process_start_tells_processes_apart() -> None:
    assert process_start(os.getpid()) == process_start(os.getpid())
    assert process_start(2**22 + 1) == ""
