"""One warm home per session, held by a real `dvt dev`; and `dvt` called as a user calls it: in a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from unittest.mock import patch

import pytest
from dvt.__main__ import run
from dvt.embedded import Endpoints, describe

Json: TypeAlias = Any
DVT = (sys.executable, "-P", "-m", "dvt")
LONGEST_S = 60


@dataclass(frozen=True)
class Answer:
    """What a call of `dvt` came to."""

    code: int
    out: str
    err: str

    def json(self) -> Json:
        return json.loads(self.out)

    def problem(self) -> Json:
        return json.loads(self.err.splitlines()[-1])


@dataclass
class Place:
    """A home, a working folder, and the processes started for them."""

    home: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def env(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("DVT_")}
        return plain | {"DVT_HOME": str(self.home)} | self.environment

    def __call__(self, *argv: str | Path, timeout_s: float = LONGEST_S) -> Answer:
        done = subprocess.run(
            [*DVT, *map(str, argv)],
            cwd=self.folder,
            env=self.env(),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        return checked(Answer(done.returncode, done.stdout, done.stderr))

    def here(self, *argv: str | Path) -> Answer:
        """The same within this process, which spares the imports."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with (
            patch.dict(os.environ, self.env(), clear=True),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = run([*map(str, argv)])
        return checked(Answer(code, text_of(out), text_of(err)))

    def start(self, *argv: str | Path) -> subprocess.Popen[str]:
        popen = subprocess.Popen(
            [*DVT, *map(str, argv)],
            cwd=self.folder,
            env=self.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(popen)
        return popen

    def clear(self) -> None:
        for popen in self.started:
            if popen.poll() is None:
                popen.kill()
            popen.communicate()


def checked(answer: Answer) -> Answer:
    assert not any(line.startswith("Traceback") for line in answer.err.splitlines()), answer.err
    return answer


def text_of(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def endpoints_of(home: Path) -> Endpoints:
    state = describe(home)
    assert state is not None
    assert state.endpoints is not None
    return state.endpoints


def until(check: Callable[[], object], *, what: str, within_s: float = LONGEST_S) -> None:
    """Wait until a check holds."""
    deadline = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.05)


def heard(popen: subprocess.Popen[str], *words: str) -> str:
    """Read standard error up to the line that has all the words."""
    assert popen.stderr is not None
    lines = []
    for line in popen.stderr:
        lines.append(line)
        if all(word in line for word in words):
            return "".join(lines)
    raise AssertionError(f"no line with {words} in:\n{''.join(lines)}")


def gone(home: Path) -> bool:
    return describe(home) is None


@pytest.fixture(scope="session")
def warm_home() -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="dvt warm "))
    place = Place(root / "home", root)
    dev = place.start("dev")
    log = place.home / "logs" / "host.log"
    until(lambda: dev.poll() is not None or (log.exists() and "serving" in log.read_text()), what="host")
    assert dev.poll() is None, dev.communicate()
    yield place.home
    dev.send_signal(signal.SIGINT)
    out, err = dev.communicate(timeout=LONGEST_S)
    assert dev.returncode == 0, (out, err)
    until(lambda: gone(place.home), what="servers ended")
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def dvt(warm_home: Path, tmp_path: Path) -> Iterator[Place]:
    folder = tmp_path / "a place"
    folder.mkdir()
    place = Place(warm_home, folder)
    yield place
    place.clear()


@pytest.fixture
def cold(tmp_path: Path) -> Iterator[Place]:
    """A home of the test's own; nothing may be left of it."""
    root = Path(tempfile.mkdtemp(prefix="dvt cold "))
    place = Place(root / "home", tmp_path)
    yield place
    place.clear()
    until(lambda: gone(place.home), what="servers ended")
    shutil.rmtree(root, ignore_errors=True)


WritePlan: TypeAlias = Callable[..., Path]
TASKS = """
import time

def wait(seconds: float) -> dict[str, float]:
    print("waiting", flush=True)
    time.sleep(seconds)
    return {"waited": seconds}

def fail(text: str) -> None:
    print("about to fail", flush=True)
    raise ValueError(text)
"""


@pytest.fixture
def write_plan(tmp_path: Path) -> WritePlan:
    """Writes a plan of these steps into a folder with a space in its path; kinds default to `noop`."""

    def write(*steps: dict[str, Json], name: str = "sample", **fields: Json) -> Path:
        folder = tmp_path / f"plans of mine/{name}"
        folder.mkdir(parents=True, exist_ok=True)
        listed = [{"kind": "noop", **step} for step in steps]
        plan = {"schemaVersion": "0.1", "planId": name, "planVersion": "1", **fields, "steps": listed}
        (folder / "plan.json").write_text(json.dumps(plan, indent=2), "utf-8")
        (folder / "tasks.py").write_text(TASKS, "utf-8")
        return folder

    return write


@pytest.fixture
def slow(write_plan: WritePlan) -> Path:
    """A plan whose middle step takes a while."""
    inputs = {"type": "object", "properties": {"seconds": {"type": "number", "default": 2}}}
    call = {"callable": "tasks:wait", "arguments": {"seconds": {"$input": "/seconds"}}}
    return write_plan(
        {"stepId": "first"},
        {"stepId": "wait", "kind": "python", "with": call, "dependsOn": ["first"], "heartbeatTimeoutMs": 1000},
        {"stepId": "last", "dependsOn": ["wait"], "with": {"output": {"$output": {"step": "wait"}}}},
        name="slow",
        inputs=inputs,
        cancelGraceMs=500,
    )
