"""Keeps one child running: starts it again, later and later, when it ends by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Protocol

from dvt.embedded.child import Child
from dvt.embedded.errors import EmbeddedError
from dvt.embedded.state import ChildState

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 10.0
GOOD_RUN_S = 30.0

_log = logging.getLogger(__name__)


class Startable(Protocol):
    """Something that can be started again and again at the same place."""

    @property
    def name(self) -> str:
        """Name for people and log files."""

    async def start(self) -> Child:
        """Start it; done when it is ready."""

    async def stop(self, child: Child) -> None:
        """Stop it in its own way."""


class Keeper:
    """One child and its restarts."""

    def __init__(self, subject: Startable) -> None:
        self._subject = subject
        self._child: Child | None = None
        self._restarts = 0
        self._watching: asyncio.Task[None] | None = None

    @property
    def state(self) -> ChildState:
        """What to show about the child."""
        pid = self._child.pid if self._child and self._child.running else None
        return ChildState(name=self._subject.name, pid=pid, restarts=self._restarts)

    async def start(self) -> None:
        """Start the child and watch it from now on. Raises what its start raises."""
        self._child = await self._subject.start()
        self._watching = asyncio.create_task(self._watch(self._child))

    async def stop(self) -> None:
        """Stop watching, then stop the child."""
        if self._watching:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        if self._child:
            await self._subject.stop(self._child)

    async def _watch(self, child: Child) -> None:
        delay_s = FIRST_DELAY_S
        while True:
            started = time.monotonic()
            code = await child.exited()
            if time.monotonic() - started > GOOD_RUN_S:
                delay_s = FIRST_DELAY_S
            _log.warning("%s (process %d) ended with %d", self._subject.name, child.pid, code)
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, LONGEST_DELAY_S)
            child = await self._start_again(delay_s)

    async def _start_again(self, delay_s: float) -> Child:
        while True:
            self._restarts += 1
            try:
                self._child = await self._subject.start()
            except EmbeddedError as error:
                _log.exception("%s did not start again: %s", self._subject.name, error.log)
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, LONGEST_DELAY_S)
            else:
                return self._child
