"""Logs of attempts as text files, a file for each."""

import asyncio
import os
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from dvt_engine_core.ports.ambient import Clock
from dvt_engine_core.ports.execution import LogStream, StepLog
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.system import SystemClock

from dvt_step_runtime.log_text import file_name, lines_of, tail_of, word_of

LARGEST: Final = 16 * 1024 * 1024
_KEPT_LINES: Final = 200


class DirectoryStepLog:
    """The log of one attempt; see DirectoryStepLogs for its form."""

    def __init__(self, path: Path, *, clock: Clock, largest: int) -> None:
        self._path = path
        self._clock = clock
        self._last: deque[str] = deque(maxlen=_KEPT_LINES)
        self._left_out = 0
        self._fd = -1
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._fd).st_size if self._fd >= 0 else 0
        self._room = largest - self._size
        self._before = self._size > 0

    def write(self, stream: LogStream, text: str) -> None:
        """Keep text of one stream; each of its lines becomes a line of the log."""
        if self._fd < 0:
            return
        now = self._clock.now()
        for line in lines_of(text):
            self._keep(f"{now} {stream:<6} {line}\n")

    def _keep(self, line: str) -> None:
        self._last.append(line)
        data = line.encode()
        if self._left_out:
            self._left_out += 1
        elif len(data) > self._room:
            self._left_out = 1
            self._append(f"{line[:24]} log    -- the log is full: of what follows only the end is kept --\n".encode())
        else:
            self._room -= len(data)
            self._append(data)

    def _append(self, data: bytes) -> None:
        with suppress(OSError):  # a full disk must not fail the step
            os.write(self._fd, data)

    def tail(self, *, lines: int) -> str:
        """The last lines written so far."""
        if len(self._last) >= lines or not self._before:
            return "".join(list(self._last)[-lines:] if lines else [])
        with suppress(OSError):
            return tail_of(self._path.read_text("utf-8", "replace"), lines)
        return ""

    def close(self) -> None:
        """Let go; a log that was full gets its end."""
        if self._fd < 0:
            return
        if self._left_out:
            end = list(self._last)[-min(self._left_out, _KEPT_LINES) :]
            missing = self._left_out - len(end)
            self._append(f"{end[0][:24]} log    -- {missing} lines are left out --\n{''.join(end)}".encode())
        os.close(self._fd)
        self._fd = -1


class DirectoryStepLogs:
    """Logs below a folder: `tenant/run/step/attempt.log`, plain text to be shown as it is.

    Shape: a line is time, stream and text; control characters are escaped, so that no log can steer a terminal or
    forge a line. A log over `largest` bytes says so, and keeps its beginning and its end.
    """

    def __init__(self, root: Path, *, clock: Clock | None = None, largest: int = LARGEST) -> None:
        self._root = root
        self._clock = clock or SystemClock()
        self._largest = largest

    def _folder(self, run: RunKey) -> Path:
        return self._root / file_name(run.tenant_id) / file_name(run.run_id)

    def _path(self, run: RunKey, step_id: str, attempt: int) -> Path:
        return self._folder(run) / file_name(step_id) / f"{attempt}.log"

    def open(self, run: RunKey, *, step_id: str, attempt: int) -> StepLog:
        """Open the log of an attempt for appending."""
        return DirectoryStepLog(self._path(run, step_id, attempt), clock=self._clock, largest=self._largest)

    async def read(self, run: RunKey, *, step_id: str, attempt: int, tail_lines: int | None = None) -> str | None:
        """Text of a log; None where there is none."""
        path = self._path(run, step_id, attempt)
        try:
            text = await asyncio.to_thread(path.read_text, "utf-8", "replace")
        except FileNotFoundError:
            return None
        return text if tail_lines is None else tail_of(text, tail_lines)

    async def attempts(self, run: RunKey) -> tuple[tuple[str, int], ...]:
        """Step ids and attempts that have logs, ordered by both."""
        return tuple(sorted(await asyncio.to_thread(lambda: list(self._found(self._folder(run))))))

    @staticmethod
    def _found(folder: Path) -> Iterator[tuple[str, int]]:
        for path in folder.glob("*/*.log"):
            if path.stem.isdecimal():
                yield word_of(path.parent.name), int(path.stem)
