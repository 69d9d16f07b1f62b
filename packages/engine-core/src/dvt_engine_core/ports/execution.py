"""What doing the work of a step takes: executors, artifacts, logs, secrets."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.engine.v1.artifact_ref import ArtifactRef

from dvt_engine_core.ports.store import RunKey

LogStream = Literal["stdout", "stderr", "log"]


class StepLog(Protocol):
    """The log of one attempt: stdout, stderr and logging. Never part of an output or a hash."""

    def write(self, stream: LogStream, text: str) -> None:
        """Keep text of one stream; cheap, never raises for lack of disk."""
        ...

    def tail(self, *, lines: int) -> str:
        """The last lines written so far."""
        ...

    def close(self) -> None:
        """Flush and let go."""
        ...


class StepLogs(Protocol):
    """Where the logs of attempts are kept."""

    def open(self, run: RunKey, *, step_id: str, attempt: int) -> StepLog:
        """Open the log of an attempt for appending; a redelivery goes on in the same log."""
        ...

    async def read(self, run: RunKey, *, step_id: str, attempt: int, tail_lines: int | None = None) -> str | None:
        """Text of a log; None where there is none."""
        ...

    async def attempts(self, run: RunKey) -> tuple[tuple[str, int], ...]:
        """Step ids and attempts that have logs, in order."""
        ...


class ArtifactStore(Protocol):
    """Content-addressed bytes that steps write and others read."""

    async def put(self, content: bytes | Path, *, name: str, media_type: str) -> ArtifactRef:
        """Keep bytes, or the bytes of a file, under their SHA-256."""
        ...

    def read(self, artifact: ArtifactRef) -> AsyncIterator[bytes]:
        """Bytes of an artifact in chunks. Raises RejectedError [ARTIFACT_NOT_FOUND]."""
        ...


class SecretSource(Protocol):
    """Secrets by name, and connections by name; known to the worker only."""

    def secret(self, name: str) -> str:
        """Value of a secret. Raises StepError [SECRET_UNKNOWN]."""
        ...

    def connection(self, name: str) -> str:
        """URL of a connection. Raises StepError [SQL_CONNECTION_UNKNOWN]."""
        ...


@dataclass(frozen=True, slots=True)
class StepCall:
    """One execution of a step, everything resolved.

    Shape: `parameters` is the step's `with` without references; `effect_key` is the same for every delivery
    of the logical attempt; `code_root` the plan's folder where the worker honours it.
    Units: `timeout_ms`, `cancel_grace_ms` integer milliseconds.
    """

    run: RunKey
    step_id: str
    attempt: int
    effect_key: str
    parameters: JsonObject
    timeout_ms: int
    cancel_grace_ms: int
    log: StepLog
    artifacts: ArtifactStore
    secrets: SecretSource
    code_root: Path | None = None


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step came to: a JSON output, and the artifacts that it wrote."""

    output: JsonValue = None
    artifacts: tuple[ArtifactRef, ...] = field(default=())


class StepExecutor(Protocol):
    """Does the work of one kind of step. A plugin of entry-point group `dvt.step_kinds`, made without arguments."""

    @property
    def kind(self) -> str:
        """The kind that plans name."""
        ...

    @property
    def parameters_schema(self) -> JsonObject:
        """JSON Schema 2020-12 of the kind's parameters, references already resolved."""
        ...

    async def execute(self, call: StepCall) -> StepResult:
        """Run one attempt.

        Cancelling the task asks the work to stop: kindly at once, by force after `cancel_grace_ms`; work that
        succeeds within the grace returns its result, anything else re-raises CancelledError. The time limit is
        enforced by the caller through the same door. Nothing may outlive the call.
        Raises: StepError with a stable code; any other exception is a defect of the executor.
        """
        ...

    async def aclose(self) -> None:
        """Let go of warm resources."""
        ...


StepExecutors = Mapping[str, StepExecutor]
