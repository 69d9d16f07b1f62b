"""Kind `python`."""

import asyncio
from pathlib import Path

from dvt_contracts.base import JsonObject
from dvt_contracts.models.plan.v1.kinds.python import PythonParameters
from dvt_engine_core.errors import PortError, StepError
from dvt_engine_core.ports.execution import StepCall, StepResult

from dvt_step_runtime.callables.coroutines import Coroutines
from dvt_step_runtime.children.frames import Frame, FrameTooLargeError
from dvt_step_runtime.children.pool import ChildPool, PoolLimits
from dvt_step_runtime.children.warm import ChildDiedError, WarmChild
from dvt_step_runtime.environment import step_environment
from dvt_step_runtime.outputs import CallArtifacts
from dvt_step_runtime.parameters import parameters_schema, read_parameters
from dvt_step_runtime.supervision.kindly import end_kindly


class PythonExecutor:
    """Calls `module:function`: sync in a warm child process, async on the worker's loop.

    Shape: belongs to the event loop of its first call. A child finds out whether a callable is async, so that no sync
    one is ever imported in the worker.
    """

    kind = "python"

    def __init__(self, *, limits: PoolLimits | None = None) -> None:
        self._limits = limits or PoolLimits()
        self._pool_made: ChildPool | None = None
        self._coroutines_made: Coroutines | None = None
        self._async: set[tuple[Path | None, str]] = set()

    @property
    def parameters_schema(self) -> JsonObject:
        """Contract plan/v1/kinds/python."""
        return parameters_schema(self.kind)

    @property
    def _pool(self) -> ChildPool:
        if self._pool_made is None:
            self._pool_made = ChildPool(self._limits)
        return self._pool_made

    @property
    def _coroutines(self) -> Coroutines:
        if self._coroutines_made is None:
            self._coroutines_made = Coroutines()
        return self._coroutines_made

    async def prewarm(self) -> None:
        """Start a child ahead of the first call."""
        await self._pool.prewarm()

    async def execute(self, call: StepCall) -> StepResult:
        """Call it. Raises: StepError [PYTHON_*, OUTPUT_INVALID, OUTPUT_NOT_CANONICAL] or the callable's own code."""
        parameters = read_parameters(PythonParameters, call.parameters)
        known = (call.code_root, parameters.callable)
        while True:
            if known in self._async:
                result = await self._coroutines.run(call, parameters.callable, parameters.arguments)
                if result is not None:
                    return result
                self._async.discard(known)
            result = await self._in_child(call, parameters)
            if result is not None:
                return result
            self._async.add(known)

    async def _in_child(self, call: StepCall, parameters: PythonParameters) -> StepResult | None:
        while True:
            child = await self._pool.acquire(call.code_root)
            try:
                work = asyncio.ensure_future(_answer(child, call, parameters))
                answer, artifacts = await end_kindly(
                    work, ask=child.terminate, force=child.kill, grace_ms=call.cancel_grace_ms
                )
            finally:
                await self._pool.release(child, call.code_root)
            match answer["type"]:
                case "returned":
                    return StepResult(answer["output"], artifacts.kept)
                case "async":
                    return None
                case _:  # stale: the folder changed since the child imported from it
                    continue

    async def aclose(self) -> None:
        """End the warm children and forget the modules."""
        pool, coroutines = self._pool_made, self._coroutines_made
        self._pool_made = self._coroutines_made = None
        if pool is not None:
            await pool.aclose()
        if coroutines is not None:
            await coroutines.aclose()


async def _answer(child: WarmChild, call: StepCall, parameters: PythonParameters) -> tuple[Frame, CallArtifacts]:
    artifacts = CallArtifacts(call)

    async def keep(frame: Frame) -> Frame:
        try:
            kept = await artifacts.put(Path(frame["path"]), name=frame["name"], media_type=frame["mediaType"])
        except ValueError as error:
            return {"refused": "value", "message": str(error)}
        except (OSError, PortError) as error:
            return {"refused": "os", "message": str(error)}
        return {"artifact": kept.document()}

    try:
        answer = await child.call(_request(call, parameters), log=call.log, artifacts=keep)
    except FrameTooLargeError as error:
        raise StepError("the arguments are over 64 MiB", code="PYTHON_ARGUMENTS") from error
    except ChildDiedError as error:
        raise StepError(f"the child process ended: {error}", code="PYTHON_CHILD_DIED") from error
    match answer["type"]:
        case "failed":
            raise StepError(answer["message"], code=answer["code"])
        case "cancelled":
            raise asyncio.CancelledError
        case _:
            return answer, artifacts


def _request(call: StepCall, parameters: PythonParameters) -> Frame:
    return {
        "callable": parameters.callable,
        "arguments": parameters.arguments,
        "codeRoot": None if call.code_root is None else str(call.code_root),
        "environment": step_environment(call),
        "step": {
            "tenant_id": call.run.tenant_id,
            "run_id": call.run.run_id,
            "step_id": call.step_id,
            "attempt": call.attempt,
            "effect_key": call.effect_key,
        },
    }
