"""What may go wrong, and where: at every boundary of an append and of a step's work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Final

from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import AppendResult

from dvt_engine_core.ports.execution import StepCall, StepResult
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.memory_runtime import ScriptedExecutor
from dvt_engine_core.testing.memory_store import MemoryStore


class Fault(StrEnum):
    """What happens at a boundary.

    Shape: `crash` loses every task of the engine; `split` starts a second engine while the first goes on, as after a
    partition; `repeat` sends an append again whose answer was lost; `late` holds it up for two minutes.
    """

    CRASH = "crash"
    SPLIT = "split"
    REPEAT = "repeat"
    LATE = "late"


#: By kind of boundary, the faults that make sense there.
AT: Final[Mapping[str, tuple[Fault, ...]]] = {
    "append sent": (Fault.CRASH, Fault.SPLIT, Fault.LATE),
    "append committed": (Fault.CRASH, Fault.SPLIT, Fault.REPEAT, Fault.LATE),
    "step begun": (Fault.CRASH, Fault.SPLIT),
    "step done": (Fault.CRASH, Fault.SPLIT),
}
_LATE_S: Final = 120.0


@dataclass(slots=True)
class Boundaries:
    """Counts boundaries and lets the planned faults happen. Shape: `planned` is fault by number of boundary, from 0."""

    planned: Mapping[int, Fault]
    chance: Random
    passed: list[str] = field(default_factory=list)
    crash: Callable[[], None] = lambda: None
    split: Callable[[], None] = lambda: None

    async def meet(self, kind: str) -> Fault | None:
        """Pass a boundary; a task that crashes there never returns."""
        fault = self.planned.get(len(self.passed))
        self.passed.append(kind)
        await asyncio.sleep(self.chance.random() / 1000)
        match fault:
            case Fault.CRASH:
                self.crash()
                await asyncio.Event().wait()
            case Fault.SPLIT:
                self.split()
            case Fault.LATE:
                await asyncio.sleep(_LATE_S)
            case Fault.REPEAT | None:
                pass  # the sender's business
        return fault


class SimulatedStore(MemoryStore):
    """The store as an engine reaches it: over a network that loses answers."""

    boundaries: Boundaries

    async def append(
        self, run: RunKey, events: Sequence[AnyEvent], *, legal_from: RunStatus | None = None
    ) -> tuple[AppendResult, ...]:
        """See StateStore."""
        await self.boundaries.meet("append sent")
        answer = await super().append(run, events, legal_from=legal_from)
        if await self.boundaries.meet("append committed") is Fault.REPEAT:
            return await super().append(run, events, legal_from=legal_from)
        return answer


@dataclass(slots=True)
class SimulatedExecutor(ScriptedExecutor):
    """Steps that take a moment and may be lost in it."""

    boundaries: Boundaries = field(default_factory=lambda: Boundaries({}, Random(0)))  # noqa: S311

    async def execute(self, call: StepCall) -> StepResult:
        """See StepExecutor."""
        await self.boundaries.meet("step begun")
        result = await ScriptedExecutor.execute(self, call)
        await self.boundaries.meet("step done")
        return result
