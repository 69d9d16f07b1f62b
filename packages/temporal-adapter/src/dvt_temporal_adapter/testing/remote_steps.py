"""Steps that a test plays itself while a worker process of its own runs them, so that the process can be killed.

The worker's executor sends each call to the test's desk, a line of JSON over loopback; closing the connection, by
whichever end, is the end of the call.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from dvt_contracts.base import JsonObject, JsonValue
from dvt_engine_core.errors import StepError
from dvt_engine_core.ports.execution import StepCall, StepResult
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemoryLog, MemorySecrets, ScriptedExecutor

_LIMIT = 1 << 22


@dataclass(slots=True)
class RemoteExecutor:
    """StepExecutor of kind `noop`, in the worker: asks the desk at a port of the loopback interface."""

    port: int
    kind: str = "noop"

    @property
    def parameters_schema(self) -> JsonObject:
        """Anything goes."""
        return {"type": "object"}

    async def execute(self, call: StepCall) -> StepResult:
        """Send the call and wait for its answer; a cancellation is sent on, and the answer still counts."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=_LIMIT)
        try:
            _send(writer, _message(call))
            try:
                answer = await reader.readline()
            except asyncio.CancelledError:
                _send(writer, "cancel")
                answer = await reader.readline()
        finally:
            writer.close()
        match json.loads(answer):
            case {"output": output}:
                return StepResult(output)
            case {"code": str(code), "message": str(message)}:
                raise StepError(message, code=code)
            case _:
                raise asyncio.CancelledError

    async def aclose(self) -> None:
        """See StepExecutor."""


@dataclass(slots=True)
class Desk:
    """The test's end: plays calls by its executor."""

    executor: ScriptedExecutor = field(default_factory=ScriptedExecutor)
    port: int = 0
    _server: asyncio.Server | None = None
    _calls: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and let go of the calls that are left."""
        if self._server is not None:
            self._server.close()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.ensure_future(self._play_for(reader, writer))
        self._calls.add(serving)
        try:
            await asyncio.wait({serving})
        finally:
            self._calls.discard(serving)

    async def _play_for(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = _call(json.loads(await reader.readline()))
        playing = asyncio.create_task(self._play(call))
        while not playing.done():
            hearing = asyncio.create_task(reader.readline())
            await asyncio.wait({playing, hearing}, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                playing.cancel()  # it was cancelled, or its worker is gone
                await asyncio.wait({playing})
            else:
                hearing.cancel()
                await asyncio.wait({hearing})
        _send(writer, playing.result())

    async def _play(self, call: StepCall) -> JsonObject:
        try:
            return {"output": (await self.executor.execute(call)).output}
        except StepError as error:
            return {"code": error.code, "message": error.message}
        except asyncio.CancelledError:
            return {}


def _message(call: StepCall) -> JsonObject:
    return {
        "tenant": call.run.tenant_id,
        "run": call.run.run_id,
        "step": call.step_id,
        "attempt": call.attempt,
        "effectKey": call.effect_key,
        "parameters": call.parameters,
        "timeoutMs": call.timeout_ms,
        "graceMs": call.cancel_grace_ms,
    }


def _call(message: Mapping[str, JsonValue]) -> StepCall:
    parameters = message["parameters"]
    return StepCall(
        run=RunKey(str(message["tenant"]), str(message["run"])),
        step_id=str(message["step"]),
        attempt=int(str(message["attempt"])),
        effect_key=str(message["effectKey"]),
        parameters=parameters if isinstance(parameters, Mapping) else {},
        timeout_ms=int(str(message["timeoutMs"])),
        cancel_grace_ms=int(str(message["graceMs"])),
        log=MemoryLog(),
        artifacts=MemoryArtifacts(),
        secrets=MemorySecrets(),
    )


def _send(writer: asyncio.StreamWriter, message: JsonValue) -> None:
    writer.write(json.dumps(message).encode() + b"\n")
