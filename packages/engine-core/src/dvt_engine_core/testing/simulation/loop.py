"""An event loop without a world: time goes on only when nothing else can, and then at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    _Base = asyncio.SelectorEventLoop
else:
    _Base = asyncio.BaseEventLoop

Answer = TypeVar("Answer")


class NothingLeftError(Exception):
    """Nothing can happen any more, and what was waited for has not come."""


class SimulatedLoop(_Base):
    """An asyncio loop whose clock is a number. Threads, sockets and processes are not in it."""

    def __init__(self) -> None:
        """Begin at second 0."""
        super().__init__()
        self._now = 0.0
        self._selector = self  # asks itself what has happened outside: nothing ever does

    def time(self) -> float:
        """Seconds since the beginning."""
        return self._now

    def select(self, timeout: float | None) -> list[object]:
        """Let the time until the next timer pass."""
        if timeout is None:
            raise NothingLeftError
        self._now += max(0.0, timeout)
        return []

    def _process_events(self, event_list: list[object]) -> None:
        """Nothing comes from outside."""

    def _write_to_self(self) -> None:
        raise RuntimeError("a thread has no place in a simulation")


def run_simulated(work: Coroutine[object, object, Answer]) -> Answer:
    """Run to the end in simulated time. Raises: NothingLeftError; what the work raises."""
    loop = SimulatedLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
