"""The process of the caller's own that runs beside the servers, such as worker, dispatcher and relay in one."""

from __future__ import annotations

import signal
import subprocess

from dvt.embedded.child import Child, spawn
from dvt.embedded.endpoints import Endpoints
from dvt.embedded.errors import EmbeddedCode, EmbeddedError
from dvt.embedded.layout import Layout
from dvt.embedded.protocol import HostRequest

DRAIN_S = 10.0


class Host:
    """Starts the requested process in the surroundings of the holder that asked, plus the endpoints."""

    name = "host"

    def __init__(self, layout: Layout, request: HostRequest, endpoints: Endpoints) -> None:
        self._layout = layout
        self._request = request
        self._endpoints = endpoints
        self._last: Child | None = None

    async def start(self) -> Child:
        """Start the process, after an end to what an earlier one left; it needs no readiness.

        Raises: EmbeddedError [EMBEDDED_START_FAILED].
        """
        if self._last:
            await self._last.stop(group=True)
        environment = self._request.environment | self._endpoints.environment(str(self._layout.home))
        log = self._layout.log(self.name)
        try:
            self._last = spawn(self._request.argv, log=log, cwd=self._request.cwd, environment=environment)
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedError(
                EmbeddedCode.START_FAILED, f"Cannot start `{self._request.argv[0]}`: {error}", hint=f"See {log}."
            ) from error
        return self._last

    async def stop(self, child: Child) -> None:
        """Let it drain, then end it and whatever of its group is left."""
        await child.stop((signal.SIGTERM, DRAIN_S), group=True)
