"""The worker's end of a guarded program."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import Self

from dvt_step_runtime.supervision import guard
from dvt_step_runtime.supervision.kindly import settled
from dvt_step_runtime.supervision.program import CannotStartError, Ended, Program

_GUARD = (sys.executable, "-I", "-S", guard.__file__)
_PATIENCE_S = 5.0  # a guard needs milliseconds to end its program; one that is stuck is killed


class Guarded:
    """A running program that ends with its guard, its call and its worker. Made by `start`."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self.pid = 0
        self._end: asyncio.Task[Ended] | None = None

    @classmethod
    async def start(cls, program: Program) -> Self:
        """Start a program under a guard of its own.

        Raises: CannotStartError if there is no such program or folder, or it cannot be executed.
        """
        ours, theirs = socket.socketpair()
        fds = (theirs.fileno(), *program.kept)
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            try:
                process = await asyncio.create_subprocess_exec(
                    *_GUARD, *map(str, fds), stdin=program.stdin, stdout=program.stdout, stderr=program.stderr,
                    pass_fds=fds, env={}, start_new_session=True,
                )  # fmt: skip
            except BaseException:
                writer.close()
                raise
        guarded = cls(process, reader, writer)
        try:
            await guarded._order(program)
        except BaseException:
            await guarded.close()
            raise
        return guarded

    async def _order(self, program: Program) -> None:
        self._writer.write(program.order())
        word, number, _ = await self._heard()
        if word == b"pid":
            self.pid = number
            word, number, _ = await self._heard()
        if word == b"error":
            raise CannotStartError(number)
        self._end = asyncio.create_task(self._watch())

    async def _heard(self) -> tuple[bytes, int, int]:
        """A word of the guard and its numbers; no word when it fell silent."""
        with suppress(ConnectionError):
            word, *numbers = (await self._reader.readline()).split() or [b""]
            return (word, *(*map(int, numbers), 0, 0)[:2])  # type: ignore[return-value]  # of two zeros at least
        return b"", 0, 0

    async def _watch(self) -> Ended:
        word, number, left = await self._heard()
        self._writer.close()  # the guard waits for it
        if word == b"exit":
            return Ended(number, None, left)
        if word == b"signal":
            return Ended(None, number, left)
        if self.pid:  # the guard itself was killed: what it held has a parent-death signal, its group has not
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        return Ended(None, signal.SIGKILL)

    @property
    def alive(self) -> bool:
        """Whether the program has not ended, as far as is known."""
        return self._end is not None and not self._end.done()

    async def wait(self) -> Ended:
        """Wait for the end of the program and of everything it left behind."""
        if self._end is None:
            return Ended(None, signal.SIGKILL)
        return await asyncio.shield(self._end)

    def terminate_group(self) -> None:
        """Send SIGTERM to the program and its group."""
        self._tell(b"T")

    def terminate(self) -> None:
        """Send SIGTERM to the program alone."""
        self._tell(b"P")

    def kill(self) -> None:
        """Kill the program and all its descendants."""
        self._tell(b"K")

    def _tell(self, word: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(word)

    async def close(self) -> None:
        """Kill what still runs and let go; returns when nothing is left, also when cancelled meanwhile."""
        self.kill()
        await settled(asyncio.create_task(self._let_go()))

    async def _let_go(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._end is not None:
            await self._end
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()
