"""One execution of a step under its time limit: asked to stop kindly, hurried by an emergency stop."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final

from dvt_engine_core.errors import StepError, UnavailableError
from dvt_engine_core.ports.execution import StepResult

_SLACK_S: Final = 5.0
#: How often a step that was asked to stop looks whether an emergency stop came after the cancel.
_LOOK_S: Final = 0.5


async def bounded(
    executing: Coroutine[object, object, StepResult],
    *,
    timeout_ms: int,
    grace_ms: int,
    hurried: Callable[[], Awaitable[bool]],
) -> StepResult:
    """Run an executor under its time limit; cancelling reaches it, and what it finishes in its grace counts.

    Shape: `hurried` says whether nothing is left of the grace. Units: integer milliseconds.
    Raises: StepError [TIMEOUT, INTERNAL], what the executor raises; CancelledError.
    Source: ExecutionSemantics, time limits, ending.
    """
    task = asyncio.ensure_future(executing)
    try:
        done, _ = await asyncio.wait({task}, timeout=timeout_ms / 1000)
    except asyncio.CancelledError:
        await _stop(task, grace_ms, hurried)
        if task.done() and not task.cancelled() and task.exception() is None:
            return task.result()
        raise
    if not done:
        await _stop(task, grace_ms, hurried)
        raise StepError(f"the step ran longer than {timeout_ms} ms", code="TIMEOUT")
    if task.cancelled():
        raise StepError("the executor gave up by itself", code="INTERNAL")
    return task.result()


async def _stop(task: "asyncio.Future[StepResult]", grace_ms: int, hurried: Callable[[], Awaitable[bool]]) -> None:
    """Ask an executor to stop and wait for it; one that does not even end when forced is left behind.

    Shape: a second cancel ends the executor's own grace.
    """
    task.cancel()
    left = grace_ms / 1000 + _SLACK_S
    hurry = False
    while left > 0 and not task.done():
        if not hurry and await _told(hurried):
            hurry, left = True, _SLACK_S
            task.cancel()
        await asyncio.wait({task}, timeout=left if hurry else min(_LOOK_S, left))
        left -= left if hurry else _LOOK_S


async def _told(hurried: Callable[[], Awaitable[bool]]) -> bool:
    """Whether to hurry; while nobody can tell, the grace goes on."""
    try:
        return await hurried()
    except UnavailableError:
        return False
