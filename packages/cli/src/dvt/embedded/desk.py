"""Where holders sign in: serves the socket, counts who is there, and tells each how the start goes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from dvt.embedded.endpoints import Endpoints
from dvt.embedded.errors import EmbeddedCode, EmbeddedError, unexpected
from dvt.embedded.lock import LockOwner
from dvt.embedded.protocol import (
    PROTOCOL,
    Frame,
    Hello,
    encode,
    error_frame,
    progress_frame,
    ready_frame,
    state_frame,
)
from dvt.embedded.servers import Servers
from dvt.embedded.state import HolderState, SupervisorState
from dvt.embedded.timestamp import utc_now

HELLO_WAIT_S = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seat:
    state: HolderState
    writer: asyncio.StreamWriter


class Desk:
    """Holders of the servers; `on_change` is called whenever one comes or goes."""

    def __init__(self, owner: LockOwner, servers: Servers, on_change: Callable[[], None]) -> None:
        self._owner = owner
        self._servers = servers
        self._on_change = on_change
        self._said: list[str] = []
        self._seats: list[_Seat] = []
        self._closed = False
        self.outcome: asyncio.Future[Endpoints] = asyncio.get_running_loop().create_future()

    @property
    def holders(self) -> int:
        """How many hold the servers now."""
        return len(self._seats)

    def close(self) -> None:
        """Promise the servers to nobody any more: who signs in is hung up on, and so knows to start afresh."""
        self._closed = True

    def say(self, text: str) -> None:
        """Tell all holders, and those to come, what is happening."""
        _log.info("%s", text)
        self._said.append(text)
        for seat in self._seats:
            _send(seat.writer, progress_frame(text))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it closes."""
        try:
            await self._serve(reader, writer)
        except (ConnectionError, ValueError, TimeoutError, asyncio.IncompleteReadError):
            _log.info("a connection broke off")
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _send(writer, self._welcome())
        hello = Hello.parse(await asyncio.wait_for(reader.readline(), HELLO_WAIT_S))
        if self._closed:
            return
        if hello.protocol != PROTOCOL:
            _send(writer, error_frame(self._other_version(hello)))
        elif hello.role == "observer":
            _send(writer, state_frame(self._state()))
        else:
            await self._hold(hello, reader, writer)
        await writer.drain()

    async def _hold(self, hello: Hello, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seat = _Seat(HolderState(hello.pid, hello.command, utc_now()), writer)
        self._seats.append(seat)
        self._on_change()
        answering = asyncio.create_task(self._answer(hello, writer))
        try:
            while await reader.read(1024):
                pass  # a holder has nothing more to say; the end of the stream is what counts
        finally:
            answering.cancel()
            self._seats.remove(seat)
            self._on_change()

    async def _answer(self, hello: Hello, writer: asyncio.StreamWriter) -> None:
        for text in self._said if not self.outcome.done() else ():
            _send(writer, progress_frame(text))
        try:
            endpoints = await asyncio.shield(self.outcome)
            if hello.host:
                await self._servers.add_host(hello.host, endpoints)
            if not self._closed:
                _send(writer, ready_frame(endpoints))
        except EmbeddedError as error:
            _send(writer, error_frame(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the holder must hear of it
            _log.exception("a holder could not be served")
            _send(writer, error_frame(unexpected(error)))

    def _welcome(self) -> Frame:
        owner = self._owner
        return Frame(type="welcome", protocol=PROTOCOL, pid=owner.pid, since=owner.started_at, command=owner.command)

    def _state(self) -> SupervisorState:
        done = self.outcome.done() and not self.outcome.exception()
        return SupervisorState(
            pid=self._owner.pid,
            since=self._owner.started_at,
            endpoints=self.outcome.result() if done else None,
            holders=tuple(seat.state for seat in self._seats),
            children=self._servers.children,
        )

    def _other_version(self, hello: Hello) -> EmbeddedError:
        return EmbeddedError(
            EmbeddedCode.HOME_HELD,
            f"The home is held by {self._owner.describe()}, which speaks protocol {PROTOCOL}, not {hello.protocol}",
            hint="End the `dvt` commands of the other version, or set DVT_HOME to another folder.",
        )


def _send(writer: asyncio.StreamWriter, frame: Frame) -> None:
    if not writer.is_closing():
        writer.write(encode(frame))
