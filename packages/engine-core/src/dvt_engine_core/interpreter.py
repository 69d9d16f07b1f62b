"""The interpreter's loop: hears causes one by one, decides, records, acts; the same on every engine of coroutines.

Nothing here knows a clock, a database or an engine: the driver does. Order is first come, first served, so that an
engine that replays coroutines deterministically replays this one.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from dvt_contracts.models.glossary.v1.status import SignalType

from dvt_engine_core.causes import Cause, DeadlinePassed, RetryDue, RunLoaded, SignalArrived, StepLost, StepReturned
from dvt_engine_core.decider import decide, launched, receive, updated
from dvt_engine_core.decision import CancelStep, Decision, DispatchStep, FinishRun, StartDeadline, StartTimer
from dvt_engine_core.folding import evolve_all
from dvt_engine_core.services.loaded import LoadedRun, unpack
from dvt_engine_core.standpoint import Recorded, Standpoint
from dvt_engine_core.state import CoreState
from dvt_engine_core.walk import Route


@dataclass(frozen=True, slots=True)
class StepOrder:
    """A dispatch with what an engine must know of the step."""

    step_id: str
    attempt: int
    inputs_version: int
    route: Route
    cancel_grace_ms: int


class InterpreterDriver(Protocol):
    """What an engine does for an interpreter."""

    async def load(self) -> LoadedRun:
        """Load the run."""
        ...

    async def record(self, cause: Cause, seen: Standpoint) -> Recorded:
        """Have the decision on a cause recorded, as the interpreter takes it where it stands."""
        ...

    async def run_step(self, order: StepOrder) -> StepReturned | StepLost:
        """Run an attempt to its end. Cancelling the task asks the activity to stop; it still ends with an answer."""
        ...

    async def sleep_until(self, instant: str) -> None:
        """Return at an Instant of the producer's clock."""
        ...


class Interpreter:
    """One run being walked."""

    def __init__(self, driver: InterpreterDriver) -> None:
        """Begin with nothing loaded; signals may arrive before `run` is called."""
        self._driver = driver
        self._inbox: deque[Cause] = deque()
        self._filled = asyncio.Event()
        self._steps: dict[str, asyncio.Task[None]] = {}
        self._timers: set[asyncio.Task[None]] = set()

    def signal(self, signal_id: str, signal_type: SignalType, step_id: str | None = None) -> None:
        """Hear a delivered signal; a second delivery is harmless."""
        self._hear(SignalArrived(signal_id, signal_type, step_id))

    async def run(self) -> None:
        """Walk the run to its end."""
        loaded = await self._driver.load()
        if loaded.walk is None:
            return
        state = unpack(loaded)
        # accepted signals come first after a load, in the order of the log; what arrived meanwhile follows
        for signal in reversed([*state.open_signals.values()]):
            self._inbox.appendleft(SignalArrived(signal.signal_id, signal.signal_type, signal.step_id))
        self._hear(RunLoaded())
        try:
            while not state.terminal:
                state = await self._step(state, await self._next())
        finally:
            for task in (*self._steps.values(), *self._timers):
                task.cancel()

    async def _step(self, state: CoreState, cause: Cause) -> CoreState:
        """Hear one cause: what it leads to is recorded first, then it happens."""
        match cause:
            case StepLost():
                alone = Standpoint.of(state, without=state.walk.graph.index[cause.step_id])
                told = (await self._driver.record(cause, alone)).told
                return await self._step(state, told) if told else state
            case SignalArrived(signal_type=SignalType.UPDATE_PARAMETERS):
                # only the record step knows the schema of the inputs
                if cause.signal_id in state.applied_signals:
                    return state
                recorded = await self._driver.record(cause, Standpoint.of(state))
                return updated(state, cause, recorded.inputs_version)
            case _:
                return await self._decide(state, cause)

    async def _decide(self, state: CoreState, cause: Cause) -> CoreState:
        heard = receive(state, cause)
        decision = decide(heard, cause)
        if decision.facts:
            await self._driver.record(cause, Standpoint.of(state))
        decided = evolve_all(heard, decision.facts)
        self._act(decided, decision)
        return launched(decided, decision.effects)

    def _act(self, state: CoreState, decision: Decision) -> None:
        for effect in decision.effects:
            match effect:
                case DispatchStep():
                    self._steps[effect.step_id] = asyncio.create_task(self._run_step(self._order(state, effect)))
                case StartTimer():
                    self._timers.add(asyncio.create_task(self._wait(effect.at, RetryDue(effect.step_id, effect.at))))
                case StartDeadline():
                    self._timers.add(asyncio.create_task(self._wait(effect.at, DeadlinePassed())))
                case CancelStep():
                    # after the task's first turn: one that never ran would end without an answer
                    asyncio.get_running_loop().call_soon(self._steps[effect.step_id].cancel)
                case FinishRun():  # pragma: no branch - mypy proves the match whole
                    pass

    @staticmethod
    def _order(state: CoreState, effect: DispatchStep) -> StepOrder:
        route = state.walk.routes[state.walk.graph.index[effect.step_id]]
        return StepOrder(effect.step_id, effect.attempt, effect.inputs_version, route, state.walk.cancel_grace_ms)

    async def _run_step(self, order: StepOrder) -> None:
        self._hear(await self._driver.run_step(order))

    async def _wait(self, instant: str, cause: Cause) -> None:
        await self._driver.sleep_until(instant)
        self._hear(cause)

    def _hear(self, cause: Cause) -> None:
        self._inbox.append(cause)
        self._filled.set()

    async def _next(self) -> Cause:
        while not self._inbox:
            self._filled.clear()
            await self._filled.wait()
        return self._inbox.popleft()
