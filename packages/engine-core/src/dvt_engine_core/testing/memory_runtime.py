"""In-memory logs, artifacts and secrets, and an executor whose behaviour a test scripts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.engine.v1.artifact_ref import ArtifactRef

from dvt_engine_core.errors import RejectedError, StepError
from dvt_engine_core.ports.execution import LogStream, StepCall, StepResult
from dvt_engine_core.ports.store import RunKey


@dataclass(slots=True)
class MemoryLog:
    """StepLog as a list of lines."""

    lines: list[str] = field(default_factory=list)

    def write(self, stream: LogStream, text: str) -> None:
        """See StepLog."""
        self.lines += [f"{stream}: {line}" for line in text.splitlines()]

    def tail(self, *, lines: int) -> str:
        """See StepLog."""
        return "\n".join(self.lines[-lines:])

    def close(self) -> None:
        """See StepLog."""


@dataclass(slots=True)
class MemoryLogs:
    """StepLogs in memory."""

    logs: dict[tuple[str, str, int], MemoryLog] = field(default_factory=dict)

    def open(self, run: RunKey, *, step_id: str, attempt: int) -> MemoryLog:
        """See StepLogs."""
        return self.logs.setdefault((run.run_id, step_id, attempt), MemoryLog())

    async def read(self, run: RunKey, *, step_id: str, attempt: int, tail_lines: int | None = None) -> str | None:
        """See StepLogs."""
        log = self.logs.get((run.run_id, step_id, attempt))
        return None if log is None else "\n".join(log.lines[-tail_lines:] if tail_lines else log.lines)

    async def attempts(self, run: RunKey) -> tuple[tuple[str, int], ...]:
        """See StepLogs."""
        return tuple((step, attempt) for run_id, step, attempt in self.logs if run_id == run.run_id)


@dataclass(slots=True)
class MemoryArtifacts:
    """ArtifactStore in memory."""

    contents: dict[str, bytes] = field(default_factory=dict)

    async def put(self, content: bytes | Path, *, name: str, media_type: str) -> ArtifactRef:
        """See ArtifactStore."""
        data = await asyncio.to_thread(content.read_bytes) if isinstance(content, Path) else content
        digest = sha256(data).hexdigest()
        self.contents[digest] = data
        return ArtifactRef(
            name=name,
            sha256=digest,
            size_bytes=len(data),
            media_type=media_type,
            address=f"dvt-artifact:sha256/{digest}",
        )

    async def read(self, artifact: ArtifactRef) -> AsyncIterator[bytes]:
        """See ArtifactStore."""
        if artifact.sha256 not in self.contents:
            raise RejectedError(f"no artifact {artifact.address}", code="ARTIFACT_NOT_FOUND")
        yield self.contents[artifact.sha256]


@dataclass(frozen=True, slots=True)
class MemorySecrets:
    """SecretSource over mappings."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    connections: Mapping[str, str] = field(default_factory=dict)

    def secret(self, name: str) -> str:
        """See SecretSource."""
        if name not in self.secrets:
            raise StepError(f"no secret {name!r}", code="SECRET_UNKNOWN")
        return self.secrets[name]

    def connection(self, name: str) -> str:
        """See SecretSource."""
        if name not in self.connections:
            raise StepError(f"no connection {name!r}", code="SQL_CONNECTION_UNKNOWN")
        return self.connections[name]


Behaviour = Callable[[StepCall], Awaitable[JsonValue]]


async def echo(call: StepCall) -> JsonValue:
    """Return the parameter `output`."""
    return call.parameters.get("output")


@dataclass(slots=True)
class ScriptedExecutor:
    """StepExecutor of kind `noop` that does what a test says, by step id, else `default`; calls are kept in `calls`."""

    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    default: Behaviour = echo
    calls: list[StepCall] = field(default_factory=list)
    kind: str = "noop"

    @property
    def parameters_schema(self) -> JsonObject:
        """Anything goes."""
        return {"type": "object"}

    async def execute(self, call: StepCall) -> StepResult:
        """Run the behaviour of the step, `echo` by default."""
        self.calls.append(call)
        return StepResult(await self.behaviours.get(call.step_id, self.default)(call))

    async def aclose(self) -> None:
        """See StepExecutor."""
