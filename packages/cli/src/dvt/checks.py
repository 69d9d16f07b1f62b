"""What `dvt doctor` looks at: one function per thing, each an answer and never an exception."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

from dvt.problems import to_dvt_error
from dvt.shell import Shell

_LOW_DISK: Final = 1 << 30
_NO_DISK: Final = 100 << 20
_OLDEST: Final = (3, 11)
Verdict = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor."""

    name: str
    result: Verdict
    detail: str
    hint: str = ""


def checked(name: str, look: Callable[[], Check]) -> Check:
    """A check whose failure is an answer too."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - a doctor reports, whatever it meets
        known = to_dvt_error(error)
        return Check(name, "fail", f"{known.message} [{known.code}]", known.hint or "")


def local_checks(shell: Shell) -> Iterator[Check]:
    """Checks that need no server."""
    yield checked("python", _python)
    yield checked("dvt", lambda: Check("dvt", "ok", f"{version('dvt')}, {Path(__file__).parent}"))
    yield checked("configuration", lambda: _configuration(shell))
    yield checked("executors", _executors)
    yield checked("home", lambda: _home(shell))
    yield checked("disk", lambda: _disk(shell))
    if shell.settings.mode == "embedded":
        yield checked("binaries", _binaries)


def _python() -> Check:
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < _OLDEST:
        return Check("python", "fail", text, "Install Python 3.11 or newer.")
    return Check("python", "ok", text)


def _configuration(shell: Shell) -> Check:
    from dvt.config_file import find_config_file
    from dvt.connections import connection_urls

    settings, file = shell.settings, find_config_file()
    names = ", ".join(sorted(connection_urls(settings.connections))) or "none"
    return Check("configuration", "ok", f"{settings.mode}, file {file or 'none'}, connections: {names}")


def _executors() -> Check:
    from dvt_step_runtime.plugins import load_executors

    kinds = sorted(load_executors())
    if not kinds:
        return Check("executors", "fail", "no step kind is installed", "Install dvt-step-runtime again.")
    return Check("executors", "ok", ", ".join(kinds))


def _home(shell: Shell) -> Check:
    home = shell.settings.home
    place = home if home.exists() else next(folder for folder in home.parents if folder.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        return Check("home", "fail", f"{home} cannot be written", "Set DVT_HOME to a folder of yours.")
    return Check("home", "ok", f"{home}{'' if home.exists() else ' (not made yet)'}")


def _disk(shell: Shell) -> Check:
    home = shell.settings.home
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    text = f"{free / (1 << 30):.1f} GiB free"
    if free < _NO_DISK:
        return Check("disk", "fail", text, "Make room, or set DVT_HOME to another disk.")
    return Check("disk", "warn" if free < _LOW_DISK else "ok", text)


def _binaries() -> Check:
    from dvt.embedded.binaries import find_postgres, find_temporal

    postgres = find_postgres(None)
    return Check("binaries", "ok", f"PostgreSQL {postgres.major} in {postgres.folder}, Temporal {find_temporal()}")
