"""A file as a bus: one CloudEvent a line, for local work and for whatever tails files.

Readers rely on this: what ends in a newline is a whole event, and stays where it is. A batch is one append under the
file's lock, so processes never mix within a line; what a crash or a full disk left without its newline is cut off
before the next append, which loses nothing, since no answer was given for it.
"""

import asyncio
import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dvt_engine_core.errors import ContractError
from dvt_engine_core.ports.outbox import Outgoing
from dvt_engine_core.ports.store import RunKey

from dvt_outbox_worker.message import DEFAULT_BASE, cloud_event

BLOCK: Final = 64 * 1024
LOCK_TIMEOUT_S: Final = 5.0
_LINE_START: Final = b'{"specversion":"1.0",'
_TORN_LIMIT: Final = 16 * 1024 * 1024
"""More than any batch; a file without a newline for that long is none of ours."""


class JsonlPublisher:
    """EventPublisher that appends to `path`, made with its folders when missing; a rotated file is begun anew.

    An answer of None means that the line is on disk (fsync).
    """

    def __init__(self, path: Path, *, base: str = DEFAULT_BASE) -> None:
        self._path = path
        self._base = base.rstrip("/")

    async def publish(self, batch: Sequence[Outgoing]) -> tuple[str | None, ...]:
        """Append the batch in one write; what could not be written is named per message, nothing is raised."""
        results, lines = self._encode(batch)
        if lines:
            written, error = await asyncio.to_thread(append_lines, self._path, lines)
            sent = [index for index, result in enumerate(results) if result is None]
            for index in sent[written:]:
                results[index] = error
        return tuple(results)

    async def aclose(self) -> None:
        """Nothing is held between two batches."""

    def _encode(self, batch: Sequence[Outgoing]) -> tuple[list[str | None], list[bytes]]:
        """Lines of all that can be written; an event that cannot is a failure, and stops its run."""
        results: list[str | None] = []
        lines: list[bytes] = []
        failed: dict[RunKey, str] = {}
        for outgoing in batch:
            run = outgoing.message.run
            if run not in failed:
                try:
                    lines.append(f"{cloud_event(outgoing, base=self._base).structured()}\n".encode())
                except (ContractError, ValueError) as error:
                    failed[run] = f"{outgoing.message.record.run_seq} is no message: {error}"
            results.append(failed.get(run))
        return results, lines


def append_lines(path: Path, lines: Sequence[bytes]) -> tuple[int, str | None]:
    """Append whole lines durably; returns how many of them are on disk, and why not all."""
    try:
        with _locked(path) as file:
            _cut_torn_line(file)
            written, error = _write(file, b"".join(lines))
            os.fsync(file)
    except OSError as failure:
        return 0, f"{path}: {failure.strerror or failure}"
    return written, None if error is None else f"{path}: {error.strerror}"


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open the file that `path` names and hold its lock; when it was rotated meanwhile, its successor."""
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    while True:
        file = _open(path)
        try:
            _lock(file, deadline)
            if _names(path, file):
                yield file
                return
        finally:
            os.close(file)  # and with it the lock


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        file = os.open(path, flags)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, flags | os.O_CREAT, 0o644)
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)  # the name is durable too
        finally:
            os.close(folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "not a regular file")
    return file


def _lock(file: int, deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise TimeoutError(errno.ETIMEDOUT, "another process holds the file's lock") from None
            time.sleep(0.002)


def _names(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _cut_torn_line(file: int) -> None:
    """Cut what follows the last newline.

    Raises: OSError if that is not ours to cut.
    """
    size = os.fstat(file).st_size
    end, tail = size, b""
    while end and b"\n" not in tail and len(tail) < _TORN_LIMIT:
        start = max(0, end - BLOCK)
        tail = os.pread(file, end - start, start) + tail
        end = start
    torn = tail.rpartition(b"\n")[2]
    if not torn:
        return
    if torn.startswith(_LINE_START) or _LINE_START.startswith(torn.rstrip(b"\0")):
        os.ftruncate(file, size - len(torn))
        return
    raise OSError(errno.EINVAL, "it does not end in a newline, and not in a torn line of ours")


def _write(file: int, content: bytes) -> tuple[int, OSError | None]:
    """Write as much as the disk takes, and leave whole lines only; returns how many."""
    done, error = 0, None
    while done < len(content) and error is None:
        try:
            done += os.write(file, content[done:])
        except OSError as failure:
            error = failure
    whole = content.rfind(b"\n", 0, done) + 1
    if whole < done:
        os.ftruncate(file, os.fstat(file).st_size - (done - whole))
    return content.count(b"\n", 0, whole), error
