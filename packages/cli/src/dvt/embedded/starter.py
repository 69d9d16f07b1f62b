"""Starts a supervisor that no longer belongs to the starter."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from dvt.embedded.child import TAIL_BYTES
from dvt.embedded.errors import EmbeddedCode, EmbeddedError
from dvt.embedded.layout import Layout
from dvt.embedded.protocol import decode


def start_supervisor(layout: Layout, say: Callable[[str], None], *, ui: bool) -> None:
    """Start a supervisor; returns when one listens, this or that of somebody quicker.

    Raises: EmbeddedError, that of the supervisor if it could still say why it ended, else [EMBEDDED_START_FAILED].
    """
    layout.prepare()
    say("starting the embedded servers")
    # -P: a `dvt` or `json.py` in the user's current folder is none of ours.
    command = [sys.executable, "-P", "-m", "dvt.embedded.supervisor", "--home", str(layout.home)]
    command += ["--ui"] if ui else []
    log = os.open(layout.log("supervisor"), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        # The process ends at once, having forked; the pipe stays open until the supervisor listens or ends.
        starting = subprocess.run(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True, check=False
        )
    except OSError as error:
        raise _failed(layout, str(error)) from error
    finally:
        os.close(log)
    try:
        answer = decode(starting.stdout)
    except ValueError as error:
        raise _failed(layout, _tail(layout)) from error
    if answer["type"] == "error":
        raise EmbeddedError.from_frame(answer["error"])


def _failed(layout: Layout, log: str) -> EmbeddedError:
    return EmbeddedError(
        EmbeddedCode.START_FAILED,
        "The supervisor of the embedded servers did not start",
        hint=f"See {layout.log('supervisor')}.",
        log=log,
    )


def _tail(layout: Layout) -> str:
    return layout.log("supervisor").read_bytes()[-TAIL_BYTES:].decode(errors="replace")
