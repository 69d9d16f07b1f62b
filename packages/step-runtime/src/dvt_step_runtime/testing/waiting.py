"""Conditions to wait for instead of sleeping."""

import asyncio
import os
from collections.abc import Callable
from typing import Protocol

from dvt_contracts.base import JsonObject, JsonValue
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.testing.memory_runtime import MemoryLog

_PATIENCE_S = 30  # for a machine under load; nothing waits this long that works


class NewCall(Protocol):
    """Makes a call with these parameters, and those given by keyword."""

    def __call__(self, parameters: JsonObject = ..., /, *, url: str = ..., **more: JsonValue) -> StepCall:
        """Make one."""
        ...


def gone(pid: int) -> bool:
    """Whether a process is no more, not even as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition. Raises: TimeoutError."""
    async with asyncio.timeout(_PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - of processes and files nobody sets an event
            await asyncio.sleep(0.005)


async def logged(log: MemoryLog, line: str) -> None:
    """Wait for a line of a log. Raises: TimeoutError."""
    await until(lambda: line in log.lines)
