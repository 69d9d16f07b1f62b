"""The children of a supervisor together: both servers side by side, then the host; stopped in reverse."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from dvt.embedded.endpoints import Endpoints
from dvt.embedded.errors import EmbeddedError
from dvt.embedded.host import Host
from dvt.embedded.keeper import Keeper
from dvt.embedded.layout import Layout
from dvt.embedded.postgres import PostgresServer
from dvt.embedded.protocol import HostRequest
from dvt.embedded.state import ChildState
from dvt.embedded.temporal import TemporalServer

_log = logging.getLogger(__name__)


class Servers:
    """PostgreSQL, Temporal and at most one host."""

    def __init__(self, layout: Layout, progress: Callable[[str], None], *, ui: bool) -> None:
        self._layout = layout
        self._postgres_server = PostgresServer(layout, progress)
        self._temporal_server = TemporalServer(layout, progress, ui=ui)
        self._postgres = Keeper(self._postgres_server)
        self._temporal = Keeper(self._temporal_server)
        self._host: Keeper | None = None

    @property
    def children(self) -> tuple[ChildState, ...]:
        """What to show about each child."""
        keepers = (self._postgres, self._temporal, *((self._host,) if self._host else ()))
        return tuple(keeper.state for keeper in keepers)

    async def start(self) -> Endpoints:
        """Start both servers at once; done when both accept connections.

        Raises: EmbeddedError of the first that fails, when the other has come to an end of its start too.
        """
        starts = (self._temporal.start(), self._postgres.start())  # the slower one first
        for outcome in await asyncio.gather(*starts, return_exceptions=True):
            if outcome:
                raise outcome
        return Endpoints(
            postgres_url=self._postgres_server.url,
            temporal_address=self._temporal_server.address,
            temporal_ui_url=self._temporal_server.ui_url,
        )

    async def add_host(self, request: HostRequest, endpoints: Endpoints) -> None:
        """Start the host unless one is there; a failed start leaves room for another try."""
        if self._host:
            return
        self._host = Keeper(Host(self._layout, request, endpoints))
        try:
            await self._host.start()
        except EmbeddedError:
            self._host = None
            raise

    async def stop(self) -> None:
        """Stop what depends on the others first."""
        for keeper in (self._host, self._temporal, self._postgres):
            if keeper:
                _log.info("stopping %s", keeper.state.name)
                await keeper.stop()
