"""A proxy before the server that cuts a connection at the statement that commits, on either side of the commit.

A function call in autocommit is one transaction: PostgreSQL commits it when the Sync after it arrives, and says so by
CommandComplete and ReadyForQuery. Cut "before", the server never sees the statement; cut "after", it has committed and
the client is not told.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, Literal

_READY: Final = b"Z\x00\x00\x00\x05I"  # ReadyForQuery, no transaction open: what was sent is committed
_EVENT: Final = b'"idempotencyKey"'  # in the body of every event: this call writes


@dataclass(slots=True)
class CuttingProxy:
    """Passes everything on until `cut` says which side of the next statement's commit to cut; then once."""

    host: str
    port: int
    cut: Literal["before", "after"] | None = None
    cuts: int = 0

    async def link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends or it is cut."""
        server_reader, server_writer = await asyncio.open_connection(self.host, self.port)
        state = _Link()
        forth = asyncio.create_task(self._forth(reader, server_writer, state))
        back = asyncio.create_task(self._back(server_reader, writer, state))
        try:
            await asyncio.wait({forth, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            forth.cancel()
            back.cancel()
            for side in (writer, server_writer):
                side.transport.abort()
            await asyncio.gather(forth, back, return_exceptions=True)

    async def _forth(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, state: "_Link") -> None:
        while data := await reader.read(1 << 16):
            if self.cut and _EVENT in data and not state.doomed:
                side, self.cut = self.cut, None  # claimed: another connection passes
                if side == "before":
                    self.cuts += 1
                    return
                state.doomed = True
            writer.write(data)
            await writer.drain()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, state: "_Link") -> None:
        while data := await reader.read(1 << 16):
            if state.doomed:
                if _READY in data:
                    self.cuts += 1
                    return
                continue
            writer.write(data)
            await writer.drain()


@dataclass(slots=True)
class _Link:
    doomed: bool = False


@asynccontextmanager
async def cutting_proxy(host: str, port: int) -> AsyncIterator[tuple[CuttingProxy, int]]:
    """A proxy before a server, and the loopback port on which it listens."""
    proxy = CuttingProxy(host, port)

    links: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.create_task(proxy.link(reader, writer))
        links.add(link)
        with suppress(OSError, asyncio.CancelledError):
            await link
        links.discard(link)
        with suppress(OSError):
            await writer.wait_closed()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listener:
        try:
            yield proxy, listener.sockets[0].getsockname()[1]
        finally:
            for link in links:
                link.cancel()
            await asyncio.gather(*links, return_exceptions=True)
            await asyncio.sleep(0)
