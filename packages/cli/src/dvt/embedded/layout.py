"""Which file of the embedded servers lives where under the home."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dvt.embedded.errors import EmbeddedCode, EmbeddedError

# SQLite, under Temporal, takes paths below 512 bytes; PostgreSQL below 1024. Our names in the home need room.
LONGEST_HOME_BYTES = 470
PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below `home`, which is absolute. Everything made here is private to the user."""

    home: Path

    @property
    def run(self) -> Path:
        """Folder of lock and socket."""
        return self.home / "run"

    @property
    def lock(self) -> Path:
        """File locked by the one supervisor of this home."""
        return self.run / "supervisor.lock"

    @property
    def socket(self) -> Path:
        """Socket of the running supervisor."""
        return self.run / "supervisor.sock"

    @property
    def logs(self) -> Path:
        """Folder of the logs."""
        return self.home / "logs"

    @property
    def postgres(self) -> Path:
        """Folder that appears whole, by a rename, once the cluster is usable."""
        return self.home / "postgres"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.postgres / "data"

    @property
    def password(self) -> Path:
        """File with the database password, readable by the user only."""
        return self.postgres / "password"

    @property
    def temporal(self) -> Path:
        """Folder of Temporal's database."""
        return self.home / "temporal"

    @property
    def temporal_made(self) -> Path:
        """Mark that Temporal's database has served once, so its tables are complete."""
        return self.temporal / "made"

    def log(self, name: str) -> Path:
        """Give the log file of one process."""
        return self.logs / f"{name}.log"

    def prepare(self) -> None:
        """Make the folders.

        Raises: EmbeddedError [EMBEDDED_HOME_UNWRITABLE] when the home cannot hold the data.
        """
        _check_path(self.home)
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
            for folder in (self.run, self.logs, self.temporal):
                folder.mkdir(exist_ok=True, mode=PRIVATE)
                _check_writable(folder)
        except OSError as error:
            raise _unwritable(f"Cannot write to {self.home}: {error.strerror or error}") from error


def _check_path(home: Path) -> None:
    raw = os.fsencode(home)
    if len(raw) > LONGEST_HOME_BYTES:
        raise _unwritable(f"The path of the home is too long: {len(raw)} bytes, at most {LONGEST_HOME_BYTES}")
    if any(byte in raw for byte in b"\n\r"):
        raise _unwritable("The path of the home contains a line break")


def _check_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(f"Cannot write to {folder}: it belongs to user id {folder.stat().st_uid}")


def _unwritable(message: str) -> EmbeddedError:
    return EmbeddedError(
        EmbeddedCode.HOME_UNWRITABLE, message, hint="Set DVT_HOME to a folder you own, or make this one writable."
    )
