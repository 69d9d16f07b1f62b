"""Engines: where interpreters of runs live."""

from dataclasses import dataclass
from typing import Literal, Protocol

from dvt_contracts.base import JsonObject
from dvt_contracts.models.engine.v1.engine_run_ref import EngineRunRef
from dvt_contracts.models.glossary.v1.status import SignalType

from dvt_engine_core.ports.store import RunKey


@dataclass(frozen=True, slots=True)
class SignalDelivery:
    """An accepted signal on its way to the interpreter; its id makes a second delivery harmless.

    Shape: `step_id` for signals to a step; other arguments stay in the log.
    """

    signal_id: str
    signal_type: SignalType
    arguments: JsonObject
    step_id: str | None = None


@dataclass(frozen=True, slots=True)
class EngineDescription:
    """What an engine says of a run; the store is the truth, this is diagnosis."""

    ref: EngineRunRef
    status: Literal["open", "closed", "unknown"]
    detail: str = ""


class EngineAdapter(Protocol):
    """A distributed engine. Every call is idempotent by run id or signal id.

    Raises: UnavailableError [ENGINE_UNAVAILABLE], RejectedError [ENGINE_REJECTED].
    """

    async def start(self, run: RunKey) -> EngineRunRef:
        """Start the interpreter of a run; the same run never starts twice."""
        ...

    async def signal(self, run: RunKey, delivery: SignalDelivery) -> None:
        """Hand a signal to the interpreter, starting it where it does not run."""
        ...

    async def cancel(self, run: RunKey) -> None:
        """Stop the interpreter without a word in the log: an operator's last resort."""
        ...

    async def describe(self, run: RunKey) -> EngineDescription:
        """What the engine knows of a run."""
        ...
