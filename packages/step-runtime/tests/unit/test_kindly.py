import asyncio

import pytest
from dvt_step_runtime.supervision.kindly import end_kindly, settled


async def cancel_after_start(task: asyncio.Task[object]) -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()


async def test_work_that_succeeds_within_the_grace_returns_its_result() -> None:
    work: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        end_kindly(work, ask=lambda: work.set_result(1), force=lambda: pytest.fail("forced"), grace_ms=10_000)
    )
    await cancel_after_start(task)
    assert await task == 1


@pytest.mark.parametrize("ending", [ValueError("failed"), asyncio.CancelledError()])
async def test_work_that_fails_within_the_grace_was_cancelled(ending: BaseException) -> None:
    work: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    def ask() -> None:
        if isinstance(ending, asyncio.CancelledError):
            work.cancel()
        else:
            work.set_exception(ending)

    task = asyncio.create_task(end_kindly(work, ask=ask, force=lambda: pytest.fail("forced"), grace_ms=10_000))
    await cancel_after_start(task)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_force_comes_after_the_grace_and_its_success_does_not_count() -> None:
    loop = asyncio.get_running_loop()
    work: asyncio.Future[object] = loop.create_future()
    asked: list[float] = []
    forced: list[float] = []

    def force() -> None:
        forced.append(loop.time())
        work.set_result(1)

    task = asyncio.create_task(end_kindly(work, ask=lambda: asked.append(loop.time()), force=force, grace_ms=50))
    await cancel_after_start(task)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert forced[0] - asked[0] >= 0.049


async def test_a_second_cancel_ends_the_grace() -> None:
    work: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(end_kindly(work, ask=lambda: None, force=work.cancel, grace_ms=10_000_000))
    await cancel_after_start(task)
    await cancel_after_start(task)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_settled_work_ends_before_its_waiters_cancel_is_heard() -> None:
    work: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(settled(work))
    await cancel_after_start(task)
    await cancel_after_start(task)
    assert not task.done()
    work.set_result(1)
    with pytest.raises(asyncio.CancelledError):
        await task
