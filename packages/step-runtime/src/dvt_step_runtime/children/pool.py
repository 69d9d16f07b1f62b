"""Which child serves a call."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dvt_step_runtime.children.warm import WarmChild
from dvt_step_runtime.supervision.kindly import settled


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How many children, and for how long.

    Shape: `busy` calls at a time, the rest wait; `idle` children stay warm, the longest idle are let go first;
    a child serves at most `calls` calls. Units: `idle_ms` integer milliseconds.
    """

    busy: int = 64
    idle: int = 4
    calls: int = 1000
    idle_ms: int = 300_000


class ChildPool:
    """Warm children by plan folder; belongs to one event loop."""

    def __init__(self, limits: PoolLimits) -> None:
        self._limits = limits
        self._free = asyncio.Semaphore(limits.busy)
        self._idle: dict[WarmChild, Path | None] = {}  # the longest idle first
        self._spare: list[WarmChild] = []
        self._timers: dict[WarmChild, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False

    async def prewarm(self) -> None:
        """Have one child ready for a folder yet unknown."""
        if not self._spare and not self._closed:
            self._spare.append(await WarmChild.start())

    async def acquire(self, root: Path | None) -> WarmChild:
        """Take a child that serves this folder, a warm one if there is one; give it back by `release`."""
        await self._free.acquire()
        try:
            return self._taken(root) or await WarmChild.start()
        except BaseException:
            self._free.release()
            raise

    def _taken(self, root: Path | None) -> WarmChild | None:
        for child in reversed([child for child, served in self._idle.items() if served == root]):
            self._forget(child)
            if child.reusable:
                return child
            self._let_go(child)
        while self._spare:
            child = self._spare.pop()
            if child.reusable:
                return child
            self._let_go(child)
        return None

    async def release(self, child: WarmChild, root: Path | None) -> None:
        """Keep a child warm, or end it; returns when one that is ended is gone."""
        self._free.release()
        if not child.reusable or child.calls >= self._limits.calls or self._closed:
            await settled(self._let_go(child))
            return
        self._idle[child] = root
        self._timers[child] = asyncio.get_running_loop().call_later(self._limits.idle_ms / 1000, self._retire, child)
        while len(self._idle) > self._limits.idle:
            self._retire(next(iter(self._idle)))

    def _forget(self, child: WarmChild) -> None:
        del self._idle[child]
        self._timers.pop(child).cancel()

    def _retire(self, child: WarmChild) -> None:
        self._forget(child)
        self._let_go(child)

    def _let_go(self, child: WarmChild) -> asyncio.Task[None]:
        task = asyncio.create_task(child.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return task

    async def aclose(self) -> None:
        """End all idle children; busy ones end with their calls."""
        self._closed = True
        for child in tuple(self._idle):
            self._retire(child)
        while self._spare:
            self._let_go(self._spare.pop())
        for task in tuple(self._closing):
            with suppress(OSError):
                await settled(task)
