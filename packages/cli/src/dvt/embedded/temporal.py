"""The embedded Temporal server: the development server with its state in a file, tuned by measurement."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable

from dvt.embedded.binaries import find_temporal
from dvt.embedded.child import Child, spawn
from dvt.embedded.errors import EmbeddedCode, EmbeddedError
from dvt.embedded.layout import Layout
from dvt.embedded.ports import LOOPBACK, PORT_ATTEMPTS, PortSource, free_port, says_port_in_use

_DATABASE = "temporal.db"
_START_WAIT_S = 60.0
_POLL_S = 0.005
_PROBE = b"GET /api/v1/namespaces/default HTTP/1.0\r\nHost: localhost\r\n\r\n"
_DYNAMIC = {
    # The defaults (20 a second) make every latency a multiple of 50 ms: 200 ms for three activities, not 50 ms.
    "history.transferProcessorMaxPollRPS": "2000",
    "history.timerProcessorMaxPollRPS": "2000",
    "history.visibilityProcessorMaxPollRPS": "2000",
    # One worker process gains nothing from four queues.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}
# A write-ahead log doubles the throughput of the default journal and halves the start; 2 (FULL) still
# waits for the disk at every commit, so an acknowledged start survives the loss of power.
_PRAGMAS = {"journal_mode": "WAL", "synchronous": "2"}


class TemporalServer:
    """One server over the home's Temporal database. It keeps its ports within its life."""

    name = "temporal"

    def __init__(
        self, layout: Layout, progress: Callable[[str], None], *, ui: bool = False, ports: PortSource = free_port
    ) -> None:
        self._layout = layout
        self._progress = progress
        self._ui = ui
        self._choose_port = ports
        self._ports: tuple[int, int, int] | None = None

    @property
    def address(self) -> str:
        """Address of the frontend; "" before the first start."""
        return f"{LOOPBACK}:{self._ports[0]}" if self._ports else ""

    @property
    def ui_url(self) -> str | None:
        """Address of the web pages, if they were asked for."""
        return f"http://{LOOPBACK}:{self._ports[2]}" if self._ports and self._ui else None

    async def start(self) -> Child:
        """Start the server; done when it serves the namespace `default`.

        Raises: EmbeddedError [EMBEDDED_NO_BINARIES], [EMBEDDED_PORT_IN_USE], [EMBEDDED_START_FAILED].
        """
        binary = find_temporal()
        self._discard_unfinished()
        self._progress("starting Temporal")
        for attempts_left in reversed(range(PORT_ATTEMPTS)):
            ports = self._ports or (self._choose_port(), self._choose_port(), self._choose_port())
            child = self._spawn(binary, ports)
            if await self._ready(child, ports[1]):
                self._ports = ports
                self._layout.temporal_made.touch()
                return child
            if not (says_port_in_use(child.output()) and attempts_left):
                raise _failed(child.output())
            await asyncio.sleep(0.2 if self._ports else 0)
        raise _failed("")

    async def stop(self, child: Child) -> None:
        """Stop in order (about a second), then by force."""
        await child.stop((signal.SIGTERM, 5.0))

    def _discard_unfinished(self) -> None:
        """Remove a database whose making was interrupted: it cannot be opened, and nobody was told of it."""
        if not self._layout.temporal_made.exists():
            for leftover in self._layout.temporal.glob(f"{_DATABASE}*"):
                leftover.unlink()

    def _spawn(self, binary: str, ports: tuple[int, int, int]) -> Child:
        # The database by a relative name: its path becomes a URL, where spaces, ? and % mean something.
        command = [binary, "server", "start-dev", "--ip", LOOPBACK, "--db-filename", _DATABASE]
        command += ["--port", str(ports[0]), "--http-port", str(ports[1]), "--log-level", "warn"]
        command += ["--ui-port", str(ports[2]), "--ui-disable-news-fetch"] if self._ui else ["--headless"]
        command += [part for item in _DYNAMIC.items() for part in ("--dynamic-config-value", "=".join(item))]
        command += [part for item in _PRAGMAS.items() for part in ("--sqlite-pragma", "=".join(item))]
        # A bare environment: no TEMPORAL_* setting and no profile of the user reaches this server.
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(self._layout.temporal)}
        folder = self._layout.temporal
        try:
            return spawn(command, log=self._layout.log(self.name), cwd=folder, environment=environment)
        except (OSError, subprocess.SubprocessError) as error:
            raise _failed(str(error)) from error

    async def _ready(self, child: Child, http_port: int) -> bool:
        """Wait until the namespace answers; False when the server ended instead."""
        deadline = time.monotonic() + _START_WAIT_S
        try:
            while child.running:
                if await _answers(http_port) and child.running:
                    return True
                if time.monotonic() > deadline:
                    raise _failed(f"not ready after {_START_WAIT_S:.0f} s\n{child.output()}")
                await asyncio.sleep(_POLL_S)
        except BaseException:
            await self.stop(child)
            raise
        return False


async def _answers(http_port: int) -> bool:
    """Ask over HTTP: an open gRPC port does not mean yet that calls succeed."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(LOOPBACK, http_port)
            try:
                writer.write(_PROBE)
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False
    return b" 200 " in status


def _failed(log: str) -> EmbeddedError:
    if says_port_in_use(log):
        return EmbeddedError(
            EmbeddedCode.PORT_IN_USE,
            "Temporal found no free port on the loopback interface",
            hint="Another program takes ports as fast as they are chosen; try again.",
            log=log,
        )
    return EmbeddedError(
        EmbeddedCode.START_FAILED, "Temporal did not start", hint="See logs/temporal.log in the home.", log=log
    )
