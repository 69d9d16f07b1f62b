"""`python -m dvt.embedded.supervisor --home PATH [--ui]`: the process that owns the embedded servers.

It detaches, takes the home's lock, opens the socket, and says so in one JSON line on standard output; from
then on output goes to its log. It runs on one thread: children die with the *thread* that made them.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from dvt.embedded.desk import Desk
from dvt.embedded.entrance import Entrance, enter
from dvt.embedded.errors import EmbeddedError, unexpected
from dvt.embedded.layout import Layout
from dvt.embedded.protocol import LONGEST_LINE_BYTES, encode, error_frame
from dvt.embedded.servers import Servers

FIRST_HOLDER_WAIT_S = 10.0
LAST_HOLDER_GONE_S = 0.3
FAREWELL_S = 1.0

_log = logging.getLogger(__name__)


class Supervisor:
    """Runs the servers as long as somebody holds them."""

    def __init__(self, layout: Layout, entrance: Entrance, *, ui: bool) -> None:
        self._layout = layout
        self._entrance = entrance
        self._ended = asyncio.Event()
        self._servers = Servers(layout, self._say, ui=ui)
        self._desk = Desk(entrance.owner, self._servers, self._count)
        self._timer: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Start, serve, and stop everything when nobody holds it any more or a signal says so."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._end)
        self._leave_after(FIRST_HOLDER_WAIT_S)
        server = await asyncio.start_unix_server(self._desk.serve, sock=self._entrance.socket, limit=LONGEST_LINE_BYTES)
        starting = asyncio.create_task(self._start())
        await self._ended.wait()
        server.close()  # whoever comes now starts a supervisor of their own, which waits for the lock
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting
        await self._servers.stop()
        _log.info("ended")

    async def _start(self) -> None:
        try:
            self._desk.outcome.set_result(await self._servers.start())
            self._desk.say("ready")
        except EmbeddedError as error:
            await self._fail(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the holder must hear of it
            failure = unexpected(error)
            failure.__cause__ = error
            await self._fail(failure)

    async def _fail(self, error: EmbeddedError) -> None:
        _log.error("%s\n%s", error, error.log, exc_info=error)
        self._desk.outcome.set_exception(error)
        self._desk.outcome.exception()  # seen, also when no holder asks
        await asyncio.sleep(FAREWELL_S if self._desk.holders == 0 else 0.05)
        self._end()

    def _say(self, text: str) -> None:
        self._desk.say(text)

    def _count(self) -> None:
        if self._desk.holders:
            self._stay()
        else:
            self._leave_after(LAST_HOLDER_GONE_S)

    def _leave_after(self, delay_s: float) -> None:
        self._stay()
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._end)

    def _end(self) -> None:
        self._desk.close()
        self._ended.set()

    def _stay(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def main() -> None:
    """Detach, enter the home and run; every way out says why in the log or on standard output."""
    parser = argparse.ArgumentParser(prog="dvt.embedded.supervisor")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--ui", action="store_true")
    options = parser.parse_args()
    if os.fork():
        os._exit(0)  # the starter reaps this one at once; the supervisor belongs to init
    _reset_signals()
    layout = Layout(options.home)
    try:
        layout.prepare()
        entrance = enter(layout)
    except EmbeddedError as error:
        sys.stdout.buffer.write(encode(error_frame(error)))
        return
    if entrance is None:
        sys.stdout.buffer.write(encode({"type": "listening"}))
        return
    _move_output(layout)
    with entrance:
        asyncio.run(_supervise(layout, entrance, ui=options.ui))


async def _supervise(layout: Layout, entrance: Entrance, *, ui: bool) -> None:
    await Supervisor(layout, entrance, ui=ui).run()


def _reset_signals() -> None:
    """Undo what a shell's `&`, `nohup` or a test runner may have left in the starter."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _move_output(layout: Layout) -> None:
    """Say on standard output that the socket is open, then write to the log only."""
    log = os.open(layout.log("supervisor"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.chdir(layout.home)
    os.write(1, encode({"type": "listening"}))
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)


if __name__ == "__main__":
    main()
