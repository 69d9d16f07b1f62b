"""Ending work: kindly at once, by force after the grace."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def settled(work: asyncio.Future[T]) -> T:
    """Wait for work that must come to its end even if the waiter is cancelled; the cancel is raised after it."""
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        _ = work.cancelled() or work.exception()  # looked at: asyncio need not report it
        raise cancelled
    return work.result()


async def done_within(work: asyncio.Future[T], grace_ms: int) -> bool:
    """Wait at most `grace_ms` for work to end; a second cancel ends the grace."""
    try:
        await asyncio.wait({work}, timeout=grace_ms / 1000)
    except asyncio.CancelledError:
        return work.done()
    return work.done()


def succeeded(work: asyncio.Future[T]) -> bool:
    """Whether ended work has a result."""
    return not work.cancelled() and work.exception() is None


async def end_kindly(
    work: asyncio.Future[T], *, ask: Callable[[], object], force: Callable[[], object], grace_ms: int
) -> T:
    """Wait for work; when cancelled, `ask` it to end and after the grace `force` it to.

    Shape: `force` must make `work` end. Units: `grace_ms` integer milliseconds.
    Raises: what the work raises; CancelledError unless the work succeeds within the grace.
    Source: StepExecutor.execute.
    """
    try:
        await asyncio.wait({work})
    except asyncio.CancelledError:
        ask()
        in_time = await done_within(work, grace_ms)
        if not in_time:
            force()
            await settled(asyncio.ensure_future(asyncio.wait({work})))
        if succeeded(work) and in_time:
            return work.result()
        raise
    return work.result()
