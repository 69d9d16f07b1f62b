"""The worker's end of a guarded program."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dvt_step_runtime.supervision import guard
from dvt_step_runtime.supervision.kindly import settled

_GUARD = (sys.executable, "-I", "-S", guard.__file__)
_PATIENCE_S = 5.0  # a guard needs milliseconds to end its program; one that is stuck is killed


@dataclass(frozen=True, slots=True)
class Program:
    """A program to start.

    Shape: file descriptors belong to the caller, who closes them after the start; `kept` are inherited as they are.
    """

    argv: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    stdin: int
    stdout: int
    stderr: int
    kept: tuple[int, ...] = ()

    def order(self) -> bytes:
        """The program in the guard's words."""
        assignments = (f"{name}={value}" for name, value in self.environment.items())
        words = (str(self.folder), str(len(self.argv)), *self.argv, *assignments)
        body = b"\0".join(map(os.fsencode, words))
        return b"%d:%s" % (len(body), body)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: an exit code or a signal; `left` counts processes that it left behind, killed by now."""

    exit_code: int | None
    signal_number: int | None
    left: int = 0

    def __str__(self) -> str:
        if self.signal_number is None:
            return f"exit code {self.exit_code}"
        with suppress(ValueError):
            return signal.Signals(self.signal_number).name
        return f"signal {self.signal_number}"


class CannotStartError(Exception):
    """The program cannot be started; `errno` says why."""

    def __init__(self, errno: int) -> None:
        super().__init__(os.strerror(errno))
        self.errno = errno


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
            try:
                process = await asyncio.create_subprocess_exec(
                    *_GUARD, *map(str, fds), stdin=program.stdin, stdout=program.stdout, stderr=program.stderr,
                    pass_fds=fds, env={}, start_new_session=True,
                )  # fmt: skip
            except BaseException:
                ours.close()
                raise
        guarded = cls(process, *await asyncio.open_connection(sock=ours))
        try:
            await guarded._order(program)
        except BaseException:
            await guarded.close()
            raise
        return guarded

    async def _order(self, program: Program) -> None:
        self._writer.write(program.order())
        word, _, number = (await self._reader.readline()).partition(b" ")
        if word == b"error":
            raise CannotStartError(int(number))
        if word == b"pid":
            self.pid = int(number)
        self._end = asyncio.create_task(self._watch())

    async def _watch(self) -> Ended:
        with suppress(ConnectionError):
            match (await self._reader.readline()).split():
                case [b"exit", code, left]:
                    return Ended(int(code), None, int(left))
                case [b"signal", number, left]:
                    return Ended(None, int(number), int(left))
                case _:
                    pass
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
