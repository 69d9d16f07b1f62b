"""Pipes that programs write to and logs are filled from."""

import asyncio
import os
from types import TracebackType
from typing import Self

from dvt_engine_core.ports.execution import LogStream, StepLog

_CHUNK = 65536
_LONGEST_LINE = 8192


class Tap:
    """The reading end of a program's stdout or stderr; complete lines go to the log while the program runs.

    Shape: `fd` is the writing end, to be closed by `started` once the program has it. The first `keep` bytes are
    kept in `kept`; `overflowed` says that there were more.
    """

    def __init__(self, stream: LogStream, *, log: StepLog | None = None, keep: int = 0) -> None:
        self.log = log
        self.kept = bytearray()
        self.overflowed = False
        self._stream = stream
        self._keep = keep
        self._rest = b""
        self._reading, self.fd = os.pipe()
        os.set_blocking(self._reading, False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._reading, self._read)
        self._ended = self._loop.create_future()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def started(self) -> None:
        """Close the writing end here; the program has its own."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _read(self) -> bool:
        try:
            data = os.read(self._reading, _CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._loop.remove_reader(self._reading)
            self.flush()
            if not self._ended.done():
                self._ended.set_result(None)
            return False
        self._take(data)
        return True

    def _take(self, data: bytes) -> None:
        if self._keep:
            room = self._keep - len(self.kept)
            self.kept += data[:room]
            self.overflowed = self.overflowed or len(data) > room
        lines, newline, self._rest = (self._rest + data).rpartition(b"\n")
        if newline:
            self._write(lines + newline)
        if len(self._rest) > _LONGEST_LINE:
            self.flush()

    def _write(self, data: bytes) -> None:
        if self.log is not None:
            self.log.write(self._stream, data.decode("utf-8", "replace"))

    def flush(self) -> None:
        """Write the line that has not ended."""
        rest, self._rest = self._rest, b""
        if rest:
            self._write(rest)

    def drain(self) -> None:
        """Take what the pipe holds now, without waiting."""
        for _ in range(64):  # a pipe holds less; a process that goes on writing must not hold the loop
            if self._reading < 0 or not self._read():
                break
        self.flush()

    async def end(self) -> None:
        """Wait until no process has the writing end any more."""
        await asyncio.shield(self._ended)

    def close(self) -> None:
        """Take what is there and let go of the pipe."""
        if self._reading >= 0:
            self.started()
            if not self._ended.done():
                self.drain()
            self._loop.remove_reader(self._reading)
            os.close(self._reading)
            self._reading = -1
            self._ended.cancel()
