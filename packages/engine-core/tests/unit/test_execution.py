"""One execution under its limit: kindly stopped, hurried by an emergency stop. [SIGNAL-018]"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from dvt_engine_core.errors import StepError, UnavailableError
from dvt_engine_core.ports.execution import StepResult
from dvt_engine_core.services.execution import bounded

MINUTE_MS = 60_000


async def never() -> bool:
    return False


def second_time() -> Callable[[], Awaitable[bool]]:
    """Hurries when it is asked again; at first nobody can tell."""
    asked = 0

    async def hurried() -> bool:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise UnavailableError
        return True

    return hurried


async def stubborn(heard: list[str]) -> StepResult:
    """Use up the whole grace: only a second cancel ends it."""
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        heard.append("kindly")
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            heard.append("at once")
            raise
    return StepResult()


async def kind() -> StepResult:
    """Finish within the grace."""
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        return StepResult("done")
    return StepResult()


async def test_an_emergency_stop_ends_the_grace_of_a_cancel() -> None:
    heard: list[str] = []
    executing = stubborn(heard)
    task = asyncio.create_task(bounded(executing, timeout_ms=MINUTE_MS, grace_ms=MINUTE_MS, hurried=second_time()))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == ["kindly", "at once"]


async def test_what_finishes_in_its_grace_counts() -> None:
    task = asyncio.create_task(bounded(kind(), timeout_ms=MINUTE_MS, grace_ms=MINUTE_MS, hurried=never))
    await asyncio.sleep(0.01)
    task.cancel()
    assert await task == StepResult("done")


async def test_a_limit_is_a_failure_whatever_came_of_the_grace() -> None:
    with pytest.raises(StepError) as caught:
        await bounded(kind(), timeout_ms=10, grace_ms=MINUTE_MS, hurried=never)
    assert caught.value.code == "TIMEOUT"


async def test_an_executor_that_cancels_itself_is_at_fault() -> None:
    async def gives_up() -> StepResult:
        raise asyncio.CancelledError

    with pytest.raises(StepError) as caught:
        await bounded(gives_up(), timeout_ms=MINUTE_MS, grace_ms=1, hurried=never)
    assert caught.value.code == "INTERNAL"
