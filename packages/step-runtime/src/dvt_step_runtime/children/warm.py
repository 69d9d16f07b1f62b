"""The worker's side of a warm child."""

import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from dvt_engine_core.ports.execution import StepLog

from dvt_step_runtime.children.frames import Frame
from dvt_step_runtime.children.streams import receive, send
from dvt_step_runtime.supervision.guarded import Guarded
from dvt_step_runtime.supervision.program import Ended, Program
from dvt_step_runtime.supervision.taps import Tap

Artifacts = Callable[[Frame], Awaitable[Frame]]


class ChildDiedError(Exception):
    """The child ended during a call."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(str(ended))


def child_environment() -> dict[str, str]:
    """The worker's environment without DVT's own settings, among which are its secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DVT_")}


class WarmChild:
    """A child process that serves one call at a time. Made by `start`.

    Shape: bound to one plan's folder by its first call. `reusable` turns False once it cannot serve another call.
    """

    def __init__(
        self, program: Guarded, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, taps: tuple[Tap, Tap]
    ) -> None:
        self._program = program
        self._reader = reader
        self._writer = writer
        self._taps = taps
        self._reusable = True
        self.calls = 0

    @classmethod
    async def start(cls) -> Self:
        """Start an interpreter; it grows warm by itself."""
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            taps = (Tap("stdout"), Tap("stderr"))
            try:
                program = await _guarded(theirs.fileno(), taps)
            except BaseException:
                writer.close()
                for tap in taps:
                    tap.close()
                raise
        for tap in taps:
            tap.started()
        return cls(program, reader, writer, taps)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._program.pid

    @property
    def reusable(self) -> bool:
        """Whether it can serve another call."""
        return self._reusable and self._program.alive

    async def call(self, request: Frame, *, log: StepLog, artifacts: Artifacts) -> Frame:
        """Have one call served: `returned`, `failed`, `cancelled`, `async` or `stale`.

        Raises: ChildDiedError if the child ends before it has answered.
        """
        self.calls += 1
        reusable, self._reusable = self._reusable, False
        for tap in self._taps:
            tap.log = log
        try:
            with suppress(ConnectionError):  # a child that is gone is noticed by its silence, with how it ended
                await send(self._writer, request)
            answer = await self._answer(log, artifacts)
            left = answer.get("left")
            if left:
                log.write("log", f"the callable left {left} behind; its child process is ended\n")
            self._reusable = reusable and not left and answer["type"] not in ("cancelled", "stale")
            return answer
        finally:
            for tap in self._taps:
                tap.drain()
                tap.log = None

    async def _answer(self, log: StepLog, artifacts: Artifacts) -> Frame:
        while True:
            match await receive(self._reader):
                case None:
                    self._program.kill()  # it lost its words, if it is not dead already
                    raise ChildDiedError(await self._program.wait())
                case {"type": "log", "text": str(text)}:
                    log.write("log", text)
                case {"type": "artifact"} as frame:
                    await send(self._writer, await artifacts(frame))
                case frame:
                    return frame

    def terminate(self) -> None:
        """Ask the call to stop."""
        self._reusable = False
        self._program.terminate()

    def kill(self) -> None:
        """End the child and all its descendants."""
        self._reusable = False
        self._program.kill()

    async def close(self) -> None:
        """End the child; returns when it and its descendants are gone."""
        self._reusable = False
        try:
            await self._program.close()
        finally:
            self._writer.close()
            for tap in self._taps:
                tap.close()


async def _guarded(fd: int, taps: tuple[Tap, Tap]) -> Guarded:
    argv = (sys.executable, "-P", "-m", "dvt_step_runtime.child", str(fd))
    folder = Path(tempfile.gettempdir())
    out, err = (tap.fd for tap in taps)
    with open(os.devnull, "rb") as nothing:  # noqa: ASYNC230, PTH123 - does not block
        return await Guarded.start(
            Program(argv, folder, child_environment(), stdin=nothing.fileno(), stdout=out, stderr=err, kept=(fd,))
        )
