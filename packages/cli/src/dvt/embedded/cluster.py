"""PostgreSQL's data on the disk: made once and whole, recognised, freed of what a crash left."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from dvt.embedded.binaries import PostgresBinaries
from dvt.embedded.child import spawn
from dvt.embedded.errors import EmbeddedCode, EmbeddedError
from dvt.embedded.layout import Layout
from dvt.embedded.privileges import Drop

USER = "dvt"
DATABASE = "dvt"
FIRST_WITH_BUILTIN_LOCALE = 17
_UNFINISHED = "postgres.new-"
_INITDB_WAIT_S = 120.0
# A postmaster whose supervisor was killed is in fast shutdown already: first let it finish.
_LEFTOVER_SIGNALS = (
    (signal.SIGINT, 10.0),
    (signal.SIGQUIT, 5.0),
    (signal.SIGKILL, 5.0),
)
SERVER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def data_major(layout: Layout) -> int | None:
    """Give the major version of the existing data; None when there is none yet."""
    try:
        return int((layout.cluster / "PG_VERSION").read_text().split(".")[0])
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


async def make_cluster(layout: Layout, binaries: PostgresBinaries, drop: Drop) -> None:
    """Make cluster, database and password aside, then move them into place in one rename.

    Raises: EmbeddedError [EMBEDDED_START_FAILED] with the log of what failed.
    """
    discard_unfinished(layout)
    aside = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=layout.home))
    try:
        password = aside / layout.password.name
        _write_private(password, secrets.token_hex(24))
        data = aside / layout.cluster.name
        drop.adopt(aside)
        await _run(layout, drop, _initdb(binaries, data=data, password=password))
        await single_user(layout, binaries, drop, data=data, database="postgres", sql=f"CREATE DATABASE {DATABASE};")
        _move_into_place(aside, layout)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def discard_unfinished(layout: Layout) -> None:
    """Remove what an interrupted `make_cluster` left."""
    for leftover in layout.home.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover, ignore_errors=True)


async def read_password(layout: Layout, binaries: PostgresBinaries, drop: Drop) -> str:
    """Read the password; when its file is lost, set a new one."""
    with contextlib.suppress(FileNotFoundError):
        password = layout.password.read_text().strip()
        if password:
            return password
    password = secrets.token_hex(24)
    sql = f"ALTER USER {USER} PASSWORD '{password}';"  # hex: nothing to escape
    await single_user(layout, binaries, drop, data=layout.cluster, database=DATABASE, sql=sql)
    _write_private(layout.password, password)
    return password


async def single_user(
    layout: Layout, binaries: PostgresBinaries, drop: Drop, *, data: Path, database: str, sql: str
) -> None:
    """Run one statement in a server without a port. Raises: EmbeddedError [EMBEDDED_START_FAILED]."""
    command = (binaries.postgres, "--single", "-c", "exit_on_error=on", "-D", str(data), database)
    await _run(layout, drop, command, stdin=sql.encode() + b"\n")


async def stop_leftover(layout: Layout) -> None:
    """Wait for, or stop, a server that outlived its supervisor, so that its pid file never blocks a start.

    Shape: call it with the home's lock held: then no server here has a living supervisor.
    """
    pid_file = layout.cluster / "postmaster.pid"
    pid = _pid_in(pid_file)
    if pid is None:
        return
    for number, wait_s in _LEFTOVER_SIGNALS:
        if not _is_postmaster(pid, layout.cluster):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline and _is_postmaster(pid, layout.cluster):  # noqa: ASYNC110 - not our child
            await asyncio.sleep(0.01)
    # A crashed server's pid may be another process by now, which PostgreSQL would take for itself.
    pid_file.unlink(missing_ok=True)


def _initdb(binaries: PostgresBinaries, *, data: Path, password: Path) -> tuple[str, ...]:
    options: tuple[str, ...] = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions")
    if binaries.major >= FIRST_WITH_BUILTIN_LOCALE:  # orders like C, but knows the case of every letter
        options += ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return (binaries.initdb, "-D", str(data), "-U", USER, f"--pwfile={password}", *options)


async def _run(layout: Layout, drop: Drop, command: tuple[str, ...], stdin: bytes | None = None) -> None:
    try:
        child = spawn(
            command,
            log=layout.log("postgres"),
            cwd=layout.home,
            environment=SERVER_ENVIRONMENT,
            drop=drop,
            stdin=stdin,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise _failed(command, str(error)) from error
    try:
        code = await asyncio.wait_for(child.exited(), _INITDB_WAIT_S)
    except TimeoutError:
        raise _failed(command, f"no end after {_INITDB_WAIT_S:.0f} s\n{child.output()}") from None
    finally:
        await child.stop(group=True)
    if code != 0:
        raise _failed(command, child.output())


def _failed(command: tuple[str, ...], log: str) -> EmbeddedError:
    return EmbeddedError(
        EmbeddedCode.START_FAILED,
        f"Preparing the database failed in `{Path(command[0]).name}`",
        hint="See logs/postgres.log in the home.",
        log=log,
    )


def _move_into_place(aside: Path, layout: Layout) -> None:
    try:
        aside.rename(layout.postgres)  # also replaces an empty folder
        _sync_folder(layout.home)
    except OSError as error:
        raise EmbeddedError(
            EmbeddedCode.START_FAILED,
            f"{layout.postgres} is in the way: it holds no database of ours ({error.strerror})",
            hint="Move it away.",
        ) from error


def _write_private(path: Path, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text + "\n")


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _pid_in(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _is_postmaster(pid: int, data: Path) -> bool:
    """Tell whether the process is a postmaster of this very data directory: a pid alone may be recycled."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        command = _asked_of_ps(pid)
    except OSError:
        return False
    return os.fsencode(data) in command and b"postgres" in command[0]


def _asked_of_ps(pid: int) -> list[bytes]:
    if Path("/proc/self").exists():  # then the process is gone, no need to ask
        return [b""]
    answer = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)  # noqa: S603
    name, _, rest = answer.stdout.strip().partition(b" -D ")
    return [name, *(rest[:end] for end in range(len(rest) + 1) if rest[end : end + 1] in (b"", b" "))]
