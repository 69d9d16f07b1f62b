"""A home that must be quiet afterwards, and holders in processes of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from dvt.embedded import hold_servers

from packages.cli.tests.integration.embedded.support import HOLD, HolderProcess, StartHolder, wait_until_gone


@pytest.fixture
def start_holder() -> Iterator[StartHolder]:
    started: list[HolderProcess] = []

    def start(
        home: Path, *host: str, command: tuple[str, ...] = (sys.executable,), env: dict[str, str] | None = None
    ) -> HolderProcess:
        argv = [*command, "-c", HOLD, str(home), *host]
        popen = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | (env or {}),
            start_new_session=True,
        )
        started.append(HolderProcess(popen))
        return started[-1]

    yield start
    for holder in started:
        holder.kill()
        for pipe in (holder.popen.stdin, holder.popen.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def quiet_home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dvt-test-"))
    yield folder / "home"
    wait_until_gone(folder / "home", within_s=20)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that nobody has used."""
    yield from quiet_home()


@pytest.fixture(scope="session")
def model_home() -> Iterator[Path]:
    for home in quiet_home():
        with hold_servers(home):
            pass
        wait_until_gone(home)
        yield home


@pytest.fixture
def used_home(model_home: Path) -> Iterator[Path]:
    """A home with both servers' data in it: a copy, which spares making them."""
    for home in quiet_home():
        shutil.copytree(model_home, home)
        yield home
