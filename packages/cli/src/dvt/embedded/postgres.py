"""The embedded PostgreSQL server: loopback TCP with a password, durable as in production."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from dvt.embedded import cluster
from dvt.embedded.binaries import PostgresBinaries, find_postgres
from dvt.embedded.child import Child, spawn
from dvt.embedded.errors import EmbeddedCode, EmbeddedError
from dvt.embedded.layout import Layout
from dvt.embedded.ports import LOOPBACK, PORT_ATTEMPTS, PortSource, free_port, says_port_in_use
from dvt.embedded.privileges import Drop, choose_drop

_START_WAIT_S = 60.0  # after a crash the log is replayed first
_POLL_S = 0.005
_OWN_BACKENDS_LEAVE_S = 10.0
# Small, for a machine that does other things too; nothing here weakens durability.
_SETTINGS = {
    "unix_socket_directories": "",
    "listen_addresses": LOOPBACK,
    "cluster_name": "dvt",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "max_worker_processes": "4",
    "password_encryption": "scram-sha-256",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class PostgresServer:
    """One server over the home's cluster. It keeps its port from one start to the next within its life."""

    name = "postgres"

    def __init__(self, layout: Layout, progress: Callable[[str], None], ports: PortSource = free_port) -> None:
        self._layout = layout
        self._progress = progress
        self._ports = ports
        self._port: int | None = None
        self._url = ""

    @property
    def url(self) -> str:
        """Connection URL with the password; "" before the first start."""
        return self._url

    async def start(self) -> Child:
        """Start the server, making its data first if there is none; done when it takes connections.

        Raises: EmbeddedError [EMBEDDED_NO_BINARIES], [EMBEDDED_DATA_NEWER], [EMBEDDED_ROOT_REFUSED],
        [EMBEDDED_PORT_IN_USE], [EMBEDDED_START_FAILED].
        """
        drop = choose_drop()
        major = cluster.data_major(self._layout)
        binaries = find_postgres(major)
        if major is None:
            self._progress(f"creating the PostgreSQL {binaries.major} database")
            await cluster.make_cluster(self._layout, binaries, drop)
        else:
            cluster.discard_unfinished(self._layout)
            await cluster.stop_leftover(self._layout)
            drop.adopt(self._layout.postgres)
        password = await cluster.read_password(self._layout, binaries, drop)
        self._progress(f"starting PostgreSQL {binaries.major}")
        child = await self._start_on_a_port(binaries, drop)
        self._url = f"postgresql://{cluster.USER}:{password}@{LOOPBACK}:{self._port}/{cluster.DATABASE}"
        return child

    async def stop(self, child: Child) -> None:
        """Stop fast: roll back what is open, write a checkpoint; then by force."""
        await child.stop((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0))

    async def _start_on_a_port(self, binaries: PostgresBinaries, drop: Drop) -> Child:
        give_up_at = time.monotonic() + _OWN_BACKENDS_LEAVE_S
        ports_left = PORT_ATTEMPTS
        while True:
            port = self._port or self._ports()
            child = self._spawn(binaries, drop, port)
            if await self._ready(child):
                self._port = port
                return child
            log = child.output()
            if says_port_in_use(log) and ports_left > 1:
                ports_left -= 1
                await asyncio.sleep(0.2 if self._port else 0)
            elif "is still in use" in log and time.monotonic() < give_up_at:
                await asyncio.sleep(0.05)  # children of a killed server, on their way out
            else:
                raise _failed(log)

    def _spawn(self, binaries: PostgresBinaries, drop: Drop, port: int) -> Child:
        settings = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
        try:
            return spawn(
                [binaries.postgres, "-D", str(self._layout.cluster), "-p", str(port), *settings],
                log=self._layout.log(self.name),
                cwd=self._layout.home,
                environment=cluster.SERVER_ENVIRONMENT,
                drop=drop,
                death_signal=signal.SIGINT,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise _failed(str(error)) from error

    async def _ready(self, child: Child) -> bool:
        """Wait until the server says so in its pid file; False when it ended instead."""
        deadline = time.monotonic() + _START_WAIT_S
        pid_file = self._layout.cluster / "postmaster.pid"
        try:
            while child.running:
                if _says_ready(pid_file, child.pid):
                    return True
                if time.monotonic() > deadline:
                    raise _failed(f"not ready after {_START_WAIT_S:.0f} s\n{child.output()}")
                await asyncio.sleep(_POLL_S)
        except BaseException:
            await self.stop(child)
            raise
        return False


def _says_ready(pid_file: Path, pid: int) -> bool:
    try:
        lines = pid_file.read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - its line 8


def _failed(log: str) -> EmbeddedError:
    if says_port_in_use(log):
        return EmbeddedError(
            EmbeddedCode.PORT_IN_USE,
            "PostgreSQL found no free port on the loopback interface",
            hint="Another program takes ports as fast as they are chosen; try again.",
            log=log,
        )
    return EmbeddedError(
        EmbeddedCode.START_FAILED, "PostgreSQL did not start", hint="See logs/postgres.log in the home.", log=log
    )
