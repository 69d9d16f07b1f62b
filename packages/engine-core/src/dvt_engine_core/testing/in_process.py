"""An engine of one process for tests: the real loop, services and append rules, no durability."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dvt_contracts.models.engine.v1.builds import Builds
from dvt_contracts.models.engine.v1.engine_run_ref import EngineRunRef, InProcessRunRef

from dvt_engine_core.causes import Cause, StepLost, StepReturned
from dvt_engine_core.interpreter import Interpreter, StepOrder
from dvt_engine_core.ports.ambient import Clock, Ids
from dvt_engine_core.ports.engine import EngineDescription, SignalDelivery
from dvt_engine_core.ports.execution import ArtifactStore, SecretSource, StepExecutor, StepLogs
from dvt_engine_core.ports.plans import PlanSource
from dvt_engine_core.ports.store import IntentQueue, RunKey, StateStore
from dvt_engine_core.projector import PROJECTOR_VERSION
from dvt_engine_core.retry import milliseconds_between
from dvt_engine_core.services.dispatcher import Dispatcher
from dvt_engine_core.services.loaded import LoadedRun
from dvt_engine_core.services.materials import Materials
from dvt_engine_core.services.outputs import Values
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.services.reuse import Reuse
from dvt_engine_core.services.run_loader import RunLoader
from dvt_engine_core.services.run_recorder import RunRecorder
from dvt_engine_core.services.step_attempt import AttemptRequest, CancelReason, StepAttempts
from dvt_engine_core.standpoint import Recorded, Standpoint
from dvt_engine_core.system import SystemClock, SystemIds

ADAPTER = "in-process"
BUILDS = Builds(core="test", adapter="test", projector=PROJECTOR_VERSION)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an in-process engine stands on."""

    store: StateStore
    intents: IntentQueue
    plans: PlanSource
    executors: Mapping[str, StepExecutor]
    artifacts: ArtifactStore
    logs: StepLogs
    secrets: SecretSource
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=SystemIds)
    code_root: Callable[[object], Path | None] = lambda _: None


class InProcessEngine:
    """EngineAdapter whose interpreters are tasks of this loop."""

    def __init__(self, world: Surroundings) -> None:
        """Build the services over `world`; `dispatcher` delivers its intents."""
        kinds = {kind: executor.parameters_schema for kind, executor in world.executors.items()}
        materials = Materials(world.store, world.plans, kinds, ADAPTER)
        recorder = Recorder(world.store, world.clock, world.ids)
        values = Values(world.store, world.artifacts, world.secrets)
        self.loader = RunLoader(materials, recorder, BUILDS, Reuse(values))
        self.records = RunRecorder(materials, recorder)
        self.attempts = StepAttempts(materials, recorder, values, world.executors, world.logs, world.code_root)
        self.dispatcher = Dispatcher(world.intents, recorder, self)
        self.clock = world.clock
        self._running: dict[RunKey, tuple[Interpreter, asyncio.Task[None]]] = {}
        self.abandoned: set[RunKey] = set()

    async def start(self, run: RunKey) -> EngineRunRef:
        """See EngineAdapter."""
        known = self._running.get(run)
        if known is None or known[1].done():
            interpreter = Interpreter(_Driver(self, run))
            self._running[run] = (interpreter, asyncio.create_task(interpreter.run()))
        return reference(run)

    async def signal(self, run: RunKey, delivery: SignalDelivery) -> None:
        """See EngineAdapter."""
        await self.start(run)
        self._running[run][0].signal(delivery.signal_id, delivery.signal_type, delivery.step_id)

    async def cancel(self, run: RunKey) -> None:
        """See EngineAdapter: drop the interpreter as a crash would."""
        known = self._running.pop(run, None)
        if known:
            self.abandoned.add(run)
            known[1].cancel()
            await asyncio.wait({known[1]})

    async def describe(self, run: RunKey) -> EngineDescription:
        """See EngineAdapter."""
        known = self._running.get(run)
        if known is None:
            return EngineDescription(reference(run), "unknown")
        return EngineDescription(reference(run), "closed" if known[1].done() else "open")

    def known(self) -> tuple[RunKey, ...]:
        """Runs that were started here and not dropped."""
        return tuple(self._running)

    async def settle(self, run: RunKey) -> None:
        """Deliver intents and wait until the interpreter of a run has ended. Raises what it raised."""
        while await self.dispatcher.deliver_due():
            pass
        if run in self._running:
            await self._running[run][1]


def reference(run: RunKey) -> EngineRunRef:
    """Where the run runs."""
    return InProcessRunRef(workflow_id=run.run_id)


@dataclass(frozen=True, slots=True)
class _Driver:
    engine: InProcessEngine
    run: RunKey

    async def load(self) -> LoadedRun:
        return await self.engine.loader.load(self.run, reference(self.run))

    async def record(self, cause: Cause, seen: Standpoint) -> Recorded:
        return await self.engine.records.record(self.run, cause, seen)

    async def run_step(self, order: StepOrder) -> StepReturned | StepLost:
        request = AttemptRequest(self.run, order.step_id, order.attempt, order.inputs_version)
        return await self.engine.attempts.run(request, why_cancelled=self._why_cancelled)

    def _why_cancelled(self) -> CancelReason:
        return "abandoned" if self.run in self.engine.abandoned else "requested"

    async def sleep_until(self, instant: str) -> None:
        await asyncio.sleep(max(0, milliseconds_between(self.engine.clock.now(), instant)) / 1000)
