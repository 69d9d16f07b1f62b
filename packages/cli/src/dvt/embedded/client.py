"""A client's side of the supervisor's socket."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

from dvt.embedded.errors import EmbeddedCode, EmbeddedError
from dvt.embedded.layout import Layout
from dvt.embedded.protocol import PROTOCOL, Frame, Hello, decode
from dvt.embedded.short_path import short_path

WELCOME_WAIT_S = 10.0


def connect(layout: Layout) -> socket.socket | None:
    """Connect to the supervisor of this home; None when nobody listens.

    Raises: EmbeddedError [EMBEDDED_HOME_UNWRITABLE] when the socket may not be opened,
    [EMBEDDED_HOME_HELD] when nobody takes the connection.
    """
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(WELCOME_WAIT_S)
    try:
        with short_path(layout.socket) as address:
            client.connect(address)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        client.close()
        return None
    except TimeoutError as error:
        client.close()
        raise held_by(layout) from error
    except OSError as error:
        client.close()
        raise EmbeddedError(
            EmbeddedCode.HOME_UNWRITABLE,
            f"Cannot open {layout.socket}: {error.strerror or error}",
            hint="Set DVT_HOME to a folder you own.",
        ) from error
    return client


def frames(layout: Layout, connection: socket.socket, hello: Hello, *, wait_s: float) -> Iterator[Frame]:
    """Introduce ourselves and give what the supervisor says after its welcome, until it hangs up.

    Units: `wait_s` seconds for everything together, and at most `WELCOME_WAIT_S` of them for the welcome.
    Raises: EmbeddedError, the supervisor's own, or [EMBEDDED_HOME_HELD] when it is silent or of another version.
    """
    deadline = time.monotonic() + wait_s
    lines = _lines(layout, connection, deadline)
    try:
        connection.sendall(hello.line())
        for line in lines:
            frame = decode(line)
            if frame["type"] == "error":
                raise EmbeddedError.from_frame(frame["error"])
            if frame["type"] != "welcome":
                yield frame
            elif frame["protocol"] != PROTOCOL:
                raise _other_version(layout, frame)
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
    except ConnectionError:
        return
    except (ValueError, KeyError) as error:
        raise held_by(layout) from error


def held_by(layout: Layout) -> EmbeddedError:
    """Say who holds the home without serving it."""
    from dvt.embedded.lock import read_owner

    owner = read_owner(layout.lock)
    return EmbeddedError(
        EmbeddedCode.HOME_HELD,
        f"The home {layout.home} is held by {owner.describe() if owner else 'another process'}, which does not answer",
        hint=f"End process {owner.pid}, or set DVT_HOME to another folder."
        if owner
        else "Set DVT_HOME to another folder.",
    )


def _lines(layout: Layout, connection: socket.socket, deadline: float) -> Iterator[bytes]:
    pending = b""
    while time.monotonic() < deadline:
        try:
            received = connection.recv(65536)
        except TimeoutError as error:
            raise held_by(layout) from error
        if not received:
            return
        *whole, pending = (pending + received).split(b"\n")
        yield from whole


def _other_version(layout: Layout, welcome: Frame) -> EmbeddedError:
    return EmbeddedError(
        EmbeddedCode.HOME_HELD,
        f"The home {layout.home} is held by process {welcome['pid']} ({welcome['command']}) since {welcome['since']},"
        f" which speaks protocol {welcome['protocol']}, not {PROTOCOL}",
        hint="End the `dvt` commands of the other version, or set DVT_HOME to another folder.",
    )
