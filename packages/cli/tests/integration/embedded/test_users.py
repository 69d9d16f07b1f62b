"""Root, an ordinary user, and root where the kernel allows less; accounts and permissions stay as they are."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from dvt.embedded import holder

from packages.cli.tests.integration.embedded.support import StartHolder, query, wait_until_gone

SOURCE = Path(holder.__file__).parents[2]
NOBODY = 65534
ROOT = os.geteuid() == 0

# Runs a command as root of a user namespace that may make none itself; with `only-root` it has no other user id either.
CONFINE = """
import ctypes, os, sys
only_root, command = sys.argv[1] == "only-root", sys.argv[2:]
asks, told = os.pipe(); waits, go = os.pipe()
parent = os.getpid()
child = os.fork()
if child == 0:
    os.close(told); os.read(asks, 1)
    ids = "0 0 1" if only_root else "0 0 65536"
    open(f"/proc/{parent}/uid_map", "w").write(ids)
    open(f"/proc/{parent}/gid_map", "w").write(ids)
    os.write(go, b"x"); os._exit(0)
ctypes.CDLL(None).unshare(0x10000000)
os.write(told, b"x"); os.read(waits, 1); os.waitpid(child, 0)
open("/proc/sys/user/max_user_namespaces", "w").write("0")
os.execvp(command[0], command)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder everybody may use."""
    folder = Path(tempfile.mkdtemp(prefix="dvt-open-"))
    folder.chmod(0o777)
    yield folder
    wait_until_gone(folder, within_s=20)
    shutil.rmtree(folder, ignore_errors=True)


def readable_python() -> str:
    """An interpreter every user can run: this one, unless it lives in a closed folder, then the system's."""
    mine = Path(sys.executable).resolve()
    closed = any(not folder.stat().st_mode & stat.S_IXOTH for folder in mine.parents)
    return f"/usr/bin/python3.{sys.version_info.minor}" if closed else sys.executable


def as_user() -> tuple[str, ...]:
    switch = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups") if ROOT else ()
    return (*switch, readable_python())


def environment() -> dict[str, str]:
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PYTHONPATH": f"{SOURCE}:{packages}", "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def test_an_ordinary_user_needs_nothing(open_folder: Path, start_holder: StartHolder) -> None:
    process = start_holder(open_folder / "my home", command=as_user(), env=environment())
    assert query(process.endpoints(), "SELECT 1") == [(1,)]
    owner = (open_folder / "my home" / "postgres" / "data").stat().st_uid
    assert owner == (NOBODY if ROOT else os.geteuid())
    process.leave()


def test_no_account_is_made_and_no_permission_changed_above_the_home(home: Path, start_holder: StartHolder) -> None:
    accounts = pwd.getpwall()
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    above = (home.parent, closed, Path(sys.prefix), Path(sys.executable).resolve().parent, SOURCE)
    before = [(path.stat().st_mode, path.stat().st_uid) for path in above]
    process = start_holder(closed / "home")
    assert query(process.endpoints(), "SELECT 1") == [(1,)]
    process.leave()
    wait_until_gone(closed)
    assert pwd.getpwall() == accounts
    assert [(path.stat().st_mode, path.stat().st_uid) for path in above] == before
    assert stat.S_IMODE((closed / "home").stat().st_mode) == 0o700


if ROOT:  # an ordinary user has no way to stand in for these

    def confined(how: str) -> tuple[str, ...]:
        return (sys.executable, "-c", CONFINE, how, sys.executable)

    def test_root_without_user_namespaces_becomes_another_user(home: Path, start_holder: StartHolder) -> None:
        closed = home.parent / "closed"
        closed.mkdir(mode=0o700)
        process = start_holder(closed / "home", command=confined("any-user"))
        endpoints = process.endpoints()
        query(endpoints, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert (closed / "home" / "postgres" / "data").stat().st_uid not in (0, NOBODY + 1)
        process.leave()
        wait_until_gone(closed, within_s=20)
        # The same data then serves root with namespaces, and back again.
        for command in ((sys.executable,), confined("any-user")):
            process = start_holder(closed / "home", command=command)
            assert query(process.endpoints(), "SELECT answer FROM kept") == [(42,)]
            process.leave()
            wait_until_gone(closed, within_s=20)

    def test_root_that_can_become_nobody_else_is_refused(home: Path, start_holder: StartHolder) -> None:
        answer = start_holder(home, command=confined("only-root")).answer()
        assert answer["code"] == "EMBEDDED_ROOT_REFUSED"
