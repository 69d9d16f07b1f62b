"""Calls of async callables on the worker's loop, cooperatively."""

import asyncio
import threading
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from dvt_contracts.base import JsonValue
from dvt_engine_core.errors import StepError
from dvt_engine_core.ports.execution import StepCall, StepResult

from dvt_step_runtime.callables.finding import find_callable
from dvt_step_runtime.callables.raising import described, failure
from dvt_step_runtime.callables.space import ModuleSpace, ModuleSpaces
from dvt_step_runtime.callables.typed import TypedCallable
from dvt_step_runtime.callables.worker_log import CURRENT_LOG, WorkerLogHandler, print_to_log
from dvt_step_runtime.context import StepContext
from dvt_step_runtime.failures import StepFailed
from dvt_step_runtime.outputs import CallArtifacts
from dvt_step_runtime.supervision.kindly import done_within, succeeded


@dataclass(frozen=True, slots=True)
class _LoopArtifacts:
    """Keeps artifacts for a thread that an async callable waits for."""

    artifacts: CallArtifacts
    loop: asyncio.AbstractEventLoop

    def put(self, content: bytes | Path, *, name: str, media_type: str | None) -> dict[str, str | int]:
        if asyncio._get_running_loop() is not None:  # noqa: SLF001 - the documented call raises instead of answering
            raise RuntimeError("on the worker's loop this would block: await artifact_async(...) instead")
        put = self.artifacts.put(content, name=name, media_type=media_type)
        kept = asyncio.run_coroutine_threadsafe(put, self.loop).result()
        return cast("dict[str, str | int]", kept.document())


class Coroutines:
    """Runs async callables; the modules of plan folders are imported in a thread and kept apart."""

    def __init__(self) -> None:
        self._spaces = ModuleSpaces(output=print_to_log)
        self._importing = threading.Lock()
        self._handler = WorkerLogHandler()
        self._handler.install()
        self._deaf: set[asyncio.Task[JsonValue]] = set()

    def _find(self, target: str, root: Path | None) -> tuple[TypedCallable, ModuleSpace | None]:
        with self._importing:
            if root is None:
                return find_callable(target), None
            space = self._spaces.space(root)
            return space.find_callable(target), space

    async def run(self, call: StepCall, target: str, arguments: Mapping[str, JsonValue]) -> StepResult | None:
        """Run one attempt; None if the callable is not async (any more).

        Raises: StepError; CancelledError. A callable that does not react to its cancel is left alone after the grace.
        """
        try:
            found, space = await asyncio.to_thread(self._find, target, call.code_root)
        except StepFailed as error:
            call.log.write("log", described(error))
            raise StepError(error.message, code=error.code) from error
        if not found.is_async:
            return None
        artifacts = CallArtifacts(call)
        task = asyncio.create_task(_value(found, call, arguments, artifacts))
        if space is not None:
            space.users += 1
            task.add_done_callback(lambda _: space.leave())
        return StepResult(await self._ended(task, call), artifacts.kept)

    async def _ended(self, task: asyncio.Task[JsonValue], call: StepCall) -> JsonValue:
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            if not await done_within(task, call.cancel_grace_ms):
                call.log.write(
                    "log", "the callable does not react to its cancel; it is left alone on the worker's loop\n"
                )
                self._deaf.add(task)
                task.add_done_callback(self._forget)
            elif succeeded(task):
                return task.result()
            raise
        return task.result()

    def _forget(self, task: asyncio.Task[JsonValue]) -> None:
        self._deaf.discard(task)
        succeeded(task)

    async def aclose(self) -> None:
        """Forget the modules."""
        self._handler.remove()
        for task in self._deaf:
            task.cancel()
        self._spaces.drop()


async def _value(
    found: TypedCallable, call: StepCall, arguments: Mapping[str, JsonValue], artifacts: CallArtifacts
) -> JsonValue:
    CURRENT_LOG.set(call.log)
    context = StepContext(
        tenant_id=call.run.tenant_id,
        run_id=call.run.run_id,
        step_id=call.step_id,
        attempt=call.attempt,
        effect_key=call.effect_key,
        code_root=call.code_root,
        _sink=_LoopArtifacts(artifacts, asyncio.get_running_loop()),
    )
    try:
        return found.document(await cast("Awaitable[object]", found.call(arguments, context)))
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise _step_error(call, error) from error
    except (Exception, SystemExit) as error:  # SystemExit in a task would end the worker
        raise _step_error(call, error) from error


def _step_error(call: StepCall, error: BaseException) -> StepError:
    call.log.write("log", described(error))
    failed = failure(error)
    return StepError(failed["message"], code=failed["code"])
