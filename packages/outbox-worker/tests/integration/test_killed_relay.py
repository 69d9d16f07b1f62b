"""RELAY-006 with a real file and real SIGKILLs."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from dvt_engine_core.testing.samples import sample_run

CHILD = Path(__file__).parent / "relay_child.py"
KILLS = 6


def start(folder: Path, *, first: int, runs: int, events: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, CHILD, folder, str(first), str(runs), str(events)])


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def kill_in_mid_batch(child: subprocess.Popen[bytes], path: Path) -> None:
    """Kill as soon as the file grows: after the write has begun and before its acknowledgement."""
    before, deadline = size(path), time.monotonic() + 30
    while size(path) <= before:
        assert child.poll() is None, "the relay ended before it could be killed"
        assert time.monotonic() < deadline
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait(10) == -signal.SIGKILL


def first_deliveries(path: Path) -> tuple[dict[str, list[int]], int]:
    """Per run the sequence of what a consumer sees that drops repetitions; and the number of lines."""
    content = path.read_bytes()
    assert content.endswith(b"\n")
    seen: set[str] = set()
    runs: dict[str, list[int]] = defaultdict(list)
    lines = content.splitlines()
    for line in lines:
        message = json.loads(line)
        if message["dvtkey"] not in seen:
            seen.add(message["dvtkey"])
            runs[message["partitionkey"]].append(int(message["sequence"]))
    return runs, len(lines)


def test_killed_again_and_again_it_loses_nothing_and_breaks_no_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for _ in range(KILLS):
        kill_in_mid_batch(start(tmp_path, first=1, runs=20, events=50), path)
    assert start(tmp_path, first=1, runs=20, events=50).wait(60) == 0
    runs, lines = first_deliveries(path)
    assert dict(runs) == {sample_run(number).run_id: list(range(1, 51)) for number in range(1, 21)}
    assert lines > 20 * 50, "no kill came between publishing and acknowledging: this proved nothing"


def test_two_processes_share_a_file_without_mixing_their_lines(tmp_path: Path) -> None:
    children = [start(tmp_path, first=first, runs=10, events=30) for first in (1, 101)]
    assert [child.wait(60) for child in children] == [0, 0]
    runs, lines = first_deliveries(tmp_path / "events.jsonl")
    numbers = [*range(1, 11), *range(101, 111)]
    assert dict(runs) == {sample_run(number).run_id: list(range(1, 31)) for number in numbers}
    assert lines == 20 * 30
