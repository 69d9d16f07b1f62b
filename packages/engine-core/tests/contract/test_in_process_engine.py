"""The in-process engine passes the whole interpreter kit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from dvt_contracts.base import JsonObject
from dvt_contracts.models.glossary.v1.status import RunStatus
from pydantic import MISSING

from dvt_engine_core.ports.store import RunKey, RunQuery
from dvt_engine_core.services.workflow_engine import WorkflowEngine
from dvt_engine_core.testing.conformance.interpreter_rules import INTERPRETER_RULES, EngineFactory, EngineHarness
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.in_process import InProcessEngine
from dvt_engine_core.testing.memory_runtime import ScriptedExecutor
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.world import World


@dataclass(slots=True)
class _Harness:
    world: World = field(default_factory=World)
    executor: ScriptedExecutor = field(init=False)
    engine: InProcessEngine = field(init=False)
    delivering: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.executor = self.world.executor
        self.engine = self.world.engine()

    @property
    def store(self) -> MemoryStore:
        return self.world.store

    @property
    def service(self) -> WorkflowEngine:
        return self.world.service

    async def queue(self, plan: JsonObject, inputs: JsonObject | None = None) -> RunKey:
        return await self.world.queue(plan, inputs)

    async def tamper(self, run: RunKey) -> None:
        queued = (await self.service.get_run_status(run)).snapshot.queued
        assert queued is not MISSING
        self.store.overwrite_plan(run.tenant_id, queued.plan_ref, b"{}")

    async def hold(self) -> None:
        if self.delivering:
            self.delivering.cancel()
            await asyncio.wait({self.delivering})

    async def release(self) -> None:
        self.delivering = asyncio.create_task(self.engine.dispatcher.run())

    async def crash(self) -> None:
        await self.hold()
        runs = [RunKey("local", found.run_id) for found in await self.store.list_runs("local", RunQuery())]
        for run in runs:
            await self.engine.cancel(run)
        self.engine = self.world.engine()
        await self.release()
        for run in runs:
            if (await self.service.get_run_status(run)).snapshot.status in {RunStatus.RUNNING, RunStatus.PAUSED}:
                await self.engine.start(run)


@asynccontextmanager
async def _in_process() -> AsyncIterator[EngineHarness]:
    harness = _Harness()
    await harness.release()
    yield harness
    await harness.hold()


@pytest.mark.parametrize("rule", INTERPRETER_RULES, ids=lambda rule: rule.name)
async def test_in_process_engine(rule: Rule[EngineFactory]) -> None:
    await rule.check(_in_process)
