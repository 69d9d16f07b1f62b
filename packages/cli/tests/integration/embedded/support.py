"""Holders as processes of their own, and a look at what is left of a home's servers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil
import psycopg
import pytest
from dvt.embedded import Endpoints

HOLD = """
import json, sys, dataclasses
from pathlib import Path
from dvt.embedded.holder import EmbeddedError, hold_servers
home, host = Path(sys.argv[1]), tuple(sys.argv[2:]) or None
try:
    held = hold_servers(home, host_argv=host, on_progress=lambda text: print("~" + text, flush=True))
except EmbeddedError as error:
    print(json.dumps({"code": error.code, "message": error.message, "log": error.log}), flush=True)
    sys.exit(1)
fields = {name: getattr(held.endpoints, name) for name in held.endpoints.__slots__}
print(json.dumps(fields), flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class HolderProcess:
    """A process that holds the servers until its standard input closes."""

    popen: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def answer(self) -> dict[str, str | None]:
        """Wait for the endpoints or the error."""
        for line in self._lines():
            if not line.startswith("~"):
                found: dict[str, str | None] = json.loads(line)
                return found
            self.said.append(line[1:].strip())
        pytest.fail("the holder ended without an answer")

    def wait_until_it_says(self, text: str) -> None:
        """Wait for a progress line."""
        for line in self._lines():
            self.said.append(line[1:].strip())
            if text in line:
                return
        pytest.fail(f"the holder never said {text!r}: {self.said}")

    def endpoints(self) -> Endpoints:
        """Wait for the servers."""
        answer = self.answer()
        assert "code" not in answer, answer
        return Endpoints(str(answer["postgres_url"]), str(answer["temporal_address"]), answer["temporal_ui_url"])

    def kill(self) -> None:
        """End it as a crash would."""
        self.popen.kill()
        self.popen.wait()

    def leave(self) -> None:
        """End it in order."""
        with contextlib.suppress(BrokenPipeError):
            self._pipe(self.popen.stdin).close()
        self.popen.wait(timeout=20)

    def _lines(self) -> IO[str]:
        return self._pipe(self.popen.stdout)

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe
        return pipe


StartHolder = Callable[..., HolderProcess]


def processes_of(home: Path) -> list[str]:
    """Every process that works inside the home: supervisor, postmaster, backends, Temporal."""
    found = []
    for process in psutil.process_iter(["pid", "cwd", "name"]):  # a zombie has none
        cwd = process.info["cwd"]
        if cwd and Path(cwd).is_relative_to(home):
            found.append(f"{process.info['pid']} {process.info['name']}")
    return found


def wait_until_gone(home: Path, *, within_s: float = 8.0) -> None:
    def left() -> str:
        return f"left behind: {processes_of(home)}"

    wait_until(lambda: not processes_of(home), within_s=within_s, what=left, every_s=0.2)


def wait_until(
    condition: Callable[[], bool], *, within_s: float = 10.0, what: Callable[[], str] = str, every_s: float = 0.02
) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within_s} s: {what()}")
        time.sleep(every_s)


def query(endpoints: Endpoints, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(endpoints.postgres_url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def kill(pid: int | None) -> None:
    assert pid
    os.kill(pid, signal.SIGKILL)
