"""One connection that listens, so that waiting tasks wake when another process commits what they wait for."""

import asyncio
from contextlib import suppress
from typing import Final

import psycopg

#: Told by the database at every new intent.
INTENT_CHANNEL: Final = "dvt_intent"
#: Told within this process after every append: a NOTIFY there would serialise the commits of all runs.
OUTBOX_CHANNEL: Final = "dvt_outbox"
_RECONNECT_S: Final = 1.0


class Listener:
    """Wakes waiters by channel. Notifications are hints: whoever waits also polls, so a lost one costs only time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._wakers: dict[str, list[asyncio.Event]] = {INTENT_CHANNEL: [], OUTBOX_CHANNEL: []}
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, channel: str) -> asyncio.Event:
        """An event that is set at each notification of a channel; who waits for it clears it."""
        waker = asyncio.Event()
        self._wakers[channel].append(waker)
        if channel == INTENT_CHANNEL and self._task is None:
            self._task = asyncio.create_task(self._run(), name="dvt-postgres-listener")
        return waker

    def wake(self, channel: str) -> None:
        """Wake the waiters of this process."""
        for waker in self._wakers[channel]:
            waker.set()

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            with suppress(psycopg.Error, OSError):  # waiters poll meanwhile
                await self._listen()
            await asyncio.sleep(_RECONNECT_S)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, application_name="dvt-listen")
        async with connection:
            await connection.execute("LISTEN dvt_intent")
            self.wake(INTENT_CHANNEL)  # for what was committed before
            async for notice in connection.notifies():
                self.wake(notice.channel)
