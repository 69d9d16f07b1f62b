"""An engine to play scripts on: the in-process engine over any store."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from dvt_contracts.base import JsonObject
from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.engine.v1.run_context import RunContext
from dvt_contracts.models.glossary.v1.status import Role, RunStatus
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from pydantic import MISSING

from dvt_engine_core.canonical import canonical_bytes
from dvt_engine_core.ports.plans import PlanSource
from dvt_engine_core.ports.store import IntentQueue, RunKey, StateStore
from dvt_engine_core.services.workflow_engine import StartRequest, WorkflowEngine
from dvt_engine_core.system import SystemClock, SystemIds
from dvt_engine_core.testing.in_process import InProcessEngine, Surroundings
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemoryLogs, MemorySecrets, ScriptedExecutor

TENANT = "local"
CONTEXT = RunContext(
    tenant_id=TENANT,
    project_id="default",
    environment_id="golden",
    actor=Actor(actor_id="golden", role=Role.ADMIN, authenticated=False),
)


class Stage(Protocol):
    """An engine that runs `executor` for steps of kind `noop`, as a script needs it."""

    executor: ScriptedExecutor

    @property
    def store(self) -> StateStore:
        """Where the engine records."""
        ...

    @property
    def service(self) -> WorkflowEngine:
        """What callers use."""
        ...

    async def start(self, plan: JsonObject, inputs: JsonObject) -> RunKey:
        """Push a plan and start it under the stage's one start key."""
        ...

    async def tamper(self, run: RunKey) -> None:
        """Change the stored bytes of the run's plan."""
        ...

    async def hold(self) -> None:
        """Stop delivering intents."""
        ...

    async def release(self) -> None:
        """Deliver intents."""
        ...

    async def crash(self) -> None:
        """Lose every worker and interpreter at once, and bring up new ones."""
        ...


class Plans(PlanSource, Protocol):
    """Plans that can be pushed."""

    async def put(self, tenant_id: str, content: bytes, *, plan_id: str, plan_version: str) -> PlanRef:
        """Keep a plan by its content."""
        ...


@dataclass(slots=True)
class _Tamperable:
    """Plans whose bytes may be replaced on their way."""

    plans: Plans
    replaced: dict[str, bytes] = field(default_factory=dict)

    async def fetch(self, tenant_id: str, ref: PlanRef) -> bytes:
        """See PlanSource."""
        return self.replaced.get(ref.address) or await self.plans.fetch(tenant_id, ref)


@dataclass(slots=True)
class InProcessStage:
    """Stage whose interpreters are tasks of this loop, over any store that no other engine works on."""

    store: StateStore
    intents: IntentQueue
    plans: Plans
    executor: ScriptedExecutor = field(default_factory=ScriptedExecutor)
    _artifacts: MemoryArtifacts = field(default_factory=MemoryArtifacts)
    _logs: MemoryLogs = field(default_factory=MemoryLogs)
    _engine: InProcessEngine = field(init=False)
    _source: _Tamperable = field(init=False)
    _delivering: asyncio.Task[None] | None = None
    _runs: set[RunKey] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Bring up the first engine; nothing is delivered yet."""
        self._source = _Tamperable(self.plans)
        self._engine = self._new_engine()

    @property
    def service(self) -> WorkflowEngine:
        """See Stage."""
        return WorkflowEngine(self.store, SystemClock(), SystemIds())

    def _new_engine(self) -> InProcessEngine:
        executors = {self.executor.kind: self.executor}
        return InProcessEngine(
            Surroundings(
                self.store, self.intents, self._source, executors, self._artifacts, self._logs, MemorySecrets()
            )
        )

    async def start(self, plan: JsonObject, inputs: JsonObject) -> RunKey:
        """See Stage."""
        ref = await self.plans.put(
            TENANT, canonical_bytes(plan), plan_id=str(plan["planId"]), plan_version=str(plan["planVersion"])
        )
        started = await self.service.start_run(StartRequest(ref, CONTEXT, inputs, f"golden-{id(self)}"))
        run = RunKey(TENANT, started.run_id)
        self._runs.add(run)
        return run

    async def tamper(self, run: RunKey) -> None:
        """See Stage."""
        queued = (await self.service.get_run_status(run)).snapshot.queued
        assert queued is not MISSING
        self._source.replaced[queued.plan_ref.address] = b"{}"

    async def hold(self) -> None:
        """See Stage."""
        if self._delivering:
            self._delivering.cancel()
            await asyncio.wait({self._delivering})
            self._delivering = None

    async def release(self) -> None:
        """See Stage."""
        self._delivering = asyncio.create_task(self._engine.dispatcher.run())

    async def crash(self) -> None:
        """See Stage."""
        await self.hold()
        for run in self._runs:
            await self._engine.cancel(run)
        self._engine = self._new_engine()
        await self.release()
        for run in self._runs:
            if (await self.service.get_run_status(run)).snapshot.status in {RunStatus.RUNNING, RunStatus.PAUSED}:
                await self._engine.start(run)

    async def close(self) -> None:
        """Stop delivering and drop what still runs."""
        await self.hold()
        for run in self._runs:
            await self._engine.cancel(run)
