"""Hold the embedded servers: they run as long as somebody does.

Light to import, for it is on the way of commands that must answer within a second. What it takes to *start*
a supervisor is imported only then.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from dvt.embedded.client import WELCOME_WAIT_S, connect, frames, held_by
from dvt.embedded.endpoints import Endpoints
from dvt.embedded.errors import EmbeddedCode, EmbeddedError
from dvt.embedded.layout import Layout
from dvt.embedded.protocol import Hello, HostRequest, read_endpoints, read_state
from dvt.embedded.state import SupervisorState

START_WAIT_S = 180.0
_RETRY_S = 0.02

Say: TypeAlias = Callable[[str], None]


class Held:
    """Servers held by this process until `release()`, the end of the `with` block, or its death.

    A forked copy of this process holds them too; a started program does not.
    """

    def __init__(self, endpoints: Endpoints, connection: socket.socket) -> None:
        self.endpoints = endpoints
        self._connection = connection

    @property
    def alive(self) -> bool:
        """Whether the supervisor is still there."""
        self._connection.setblocking(False)  # noqa: FBT003 - the library's signature
        try:
            return self._connection.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def release(self) -> None:
        """Let go; the last one out ends the servers, in the background. Harmless when repeated."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def hold_servers(
    home: Path,
    *,
    host_argv: tuple[str, ...] | None = None,
    on_progress: Say | None = None,
    ui: bool = False,
) -> Held:
    """Reach the running servers of `home` or start them; returns when both accept connections.

    `host_argv` is a program to keep running beside them, in this process's folder and environment plus
    DVT_POSTGRES_URL, DVT_TEMPORAL_ADDRESS and DVT_HOME; ignored when a host is there already. `ui` counts
    only for the one who starts the servers. `on_progress` gets short texts for people.
    Raises: EmbeddedError, with any of its codes.
    """
    layout = _layout(home)
    say = on_progress or _say_nothing
    deadline = time.monotonic() + START_WAIT_S
    hello = Hello("holder", os.getpid(), _command(), _host(host_argv))
    while time.monotonic() < deadline:
        connection = connect(layout)
        if connection is None:
            from dvt.embedded.starter import start_supervisor

            start_supervisor(layout, say, ui=ui)
            continue
        try:
            endpoints = _join(layout, connection, hello=hello, say=say, wait_s=deadline - time.monotonic())
        except BaseException:
            connection.close()
            raise
        if endpoints:
            return Held(endpoints, connection)
        connection.close()  # that supervisor was leaving just as we came
        time.sleep(_RETRY_S)
    raise held_by(layout)


def describe(home: Path) -> SupervisorState | None:
    """Ask the supervisor of `home` about itself; None when none runs. Holds and starts nothing.

    Raises: EmbeddedError [EMBEDDED_HOME_HELD] when one runs and does not answer, or is of another version.
    """
    layout = _layout(home)
    connection = connect(layout)
    if connection is None:
        return None
    hello = Hello("observer", os.getpid(), _command())
    with connection:
        for frame in frames(layout, connection, hello, wait_s=WELCOME_WAIT_S):
            if frame["type"] == "state":
                return read_state(frame)
    return None


def _join(layout: Layout, connection: socket.socket, *, hello: Hello, say: Say, wait_s: float) -> Endpoints | None:
    for frame in frames(layout, connection, hello, wait_s=wait_s):
        if frame["type"] == "progress":
            say(frame["text"])
        elif frame["type"] == "ready":
            return read_endpoints(frame)
    return None


def _layout(home: Path) -> Layout:
    if not hasattr(socket, "AF_UNIX"):
        raise EmbeddedError(
            EmbeddedCode.UNSUPPORTED,
            "The embedded servers run on Linux and macOS only",
            hint="Set DVT_POSTGRES_URL and DVT_TEMPORAL_ADDRESS to servers of your own.",
        )
    return Layout(home.expanduser().resolve())


def _host(argv: tuple[str, ...] | None) -> HostRequest | None:
    return HostRequest(argv, str(Path.cwd()), dict(os.environ)) if argv else None


def _command() -> str:
    return " ".join(sys.orig_argv)


def _say_nothing(_text: str) -> None:
    pass
