"""The lock that makes one supervisor per home: the kernel drops it with its process, however that ends."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from dvt.embedded.errors import EmbeddedCode, EmbeddedError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class LockOwner:
    """Who wrote the lock file last. True of the present only while the lock is held."""

    pid: int
    started_at: str
    process_start: str
    command: str
    protocol: int

    def describe(self) -> str:
        """Name the owner for a person."""
        return f"process {self.pid} ({self.command}) since {self.started_at}"


class HomeLock:
    """An exclusive `flock` on a file that is never deleted (deleting it would let two hold it)."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises: EmbeddedError [EMBEDDED_HOME_UNWRITABLE] when that is refused."""
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _no_locks(path, error) from error
        self._path = path

    def try_acquire(self) -> bool:
        """Take the lock if it is free."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise _no_locks(self._path, error) from error
        return True

    def sign(self, owner: LockOwner) -> None:
        """Write who holds it, for the eyes of others."""
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, json.dumps(asdict(owner)).encode() + b"\n", 0)

    def release(self) -> None:
        """Let go."""
        os.close(self._fd)


def read_owner(path: Path) -> LockOwner | None:
    """Read who signed the lock file; None when nobody did or the file is unreadable."""
    try:
        return LockOwner(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def process_start(pid: int) -> str:
    """Give a process's start time in the kernel's words, "" if unknown; with the pid it names the process for good."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:  # noqa: PTH123 - light
            return stat.read().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _no_locks(path: Path, error: OSError) -> EmbeddedError:
    return EmbeddedError(
        EmbeddedCode.HOME_UNWRITABLE,
        f"Cannot lock {path}: {error.strerror or error}",
        hint="Set DVT_HOME to a folder you own on a local disk.",
    )
