"""How a supervisor becomes the one of its home: the lock first, then the socket."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from dvt.embedded.client import connect, held_by
from dvt.embedded.errors import EmbeddedCode, EmbeddedError
from dvt.embedded.layout import Layout
from dvt.embedded.lock import HomeLock, LockOwner, process_start
from dvt.embedded.protocol import PROTOCOL
from dvt.embedded.short_path import short_path
from dvt.embedded.timestamp import utc_now

PREDECESSOR_WAIT_S = 30.0
_POLL_S = 0.01
_BACKLOG = 64


@dataclass(slots=True)
class Entrance:
    """The held lock and the listening socket of one supervisor."""

    layout: Layout
    lock: HomeLock
    socket: socket.socket
    owner: LockOwner

    def close_door(self) -> None:
        """Take the socket's name away, so that nobody new comes in; the lock stays held."""
        with contextlib.suppress(FileNotFoundError):
            self.layout.socket.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_door()
        self.socket.close()
        self.lock.release()


def enter(layout: Layout) -> Entrance | None:
    """Become the supervisor of this home; None when another already serves it.

    A predecessor that is on its way out is waited for.
    Raises: EmbeddedError [EMBEDDED_HOME_HELD] when it neither serves nor leaves, [EMBEDDED_HOME_UNWRITABLE].
    """
    lock = HomeLock(layout.lock)
    deadline = time.monotonic() + PREDECESSOR_WAIT_S
    while not lock.try_acquire():
        if _is_served(layout):
            lock.release()
            return None
        if time.monotonic() > deadline:
            raise held_by(layout)
        time.sleep(_POLL_S)
    owner = LockOwner(
        pid=os.getpid(),
        started_at=utc_now(),
        process_start=process_start(os.getpid()),
        command=" ".join(sys.orig_argv),
        protocol=PROTOCOL,
    )
    lock.sign(owner)
    return Entrance(layout, lock, _listen(layout), owner)


def _is_served(layout: Layout) -> bool:
    client = connect(layout)
    if client:
        client.close()
    return client is not None


def _listen(layout: Layout) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        layout.socket.unlink()  # of a killed predecessor: the lock is ours
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        with short_path(layout.socket) as address:
            listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise EmbeddedError(
            EmbeddedCode.HOME_UNWRITABLE,
            f"Cannot make a socket in {layout.run}: {error.strerror or error}",
            hint="Set DVT_HOME to a folder on a local disk.",
        ) from error
    finally:
        os.umask(mask)
    return listener
