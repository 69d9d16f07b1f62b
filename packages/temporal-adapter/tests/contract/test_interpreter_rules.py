"""The Temporal adapter passes the whole interpreter kit, with workers in processes of their own that rules kill."""

import asyncio
import json
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_engine_core.canonical import canonical_bytes
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.dispatcher import Dispatcher
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.services.workflow_engine import StartRequest, WorkflowEngine
from dvt_engine_core.system import SystemClock, SystemIds
from dvt_engine_core.testing.conformance.interpreter_rules import EngineFactory, rules_of
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.golden.expectation import Expectation, faults
from dvt_engine_core.testing.golden.path import GoldenPath, scripted_paths
from dvt_engine_core.testing.golden.player import play
from dvt_engine_core.testing.memory_runtime import ScriptedExecutor
from dvt_engine_core.testing.world import CONTEXT
from dvt_postgres_store.database import Database
from dvt_postgres_store.intents import PostgresIntentQueue
from dvt_postgres_store.plans import PostgresPlanStore
from dvt_postgres_store.store import PostgresStateStore
from dvt_temporal_adapter.connection import Connection, TemporalSettings
from dvt_temporal_adapter.controller import TemporalEngine
from dvt_temporal_adapter.testing.remote_steps import Desk
from dvt_temporal_adapter.testing.server import TemporalServer

Child = subprocess.Popen[str]
GOLDEN = Path(__file__).resolve().parents[4] / "golden-paths"


def spawn() -> Child:
    """A worker that waits to be told where."""
    script = Path(__file__).with_name("worker_child.py")
    return subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, text=True)


def end(child: Child) -> None:
    child.kill()
    child.communicate()


@dataclass
class Workers:
    """Worker processes whose imports are done; those that lived through a test serve the next."""

    idle: list[Child] = field(default_factory=lambda: [spawn(), spawn()])

    def take(self, *told: JsonValue) -> Child:
        child = self.idle.pop(0) if self.idle else spawn()
        say(child, told)
        return child

    def give_back(self, child: Child) -> None:
        say(child, None)
        self.idle.append(child)

    def replace(self, child: Child) -> None:
        end(child)
        self.idle.append(spawn())


def say(child: Child, told: JsonValue) -> None:
    assert child.stdin is not None
    child.stdin.write(f"{json.dumps(told) if told else ''}\n")
    child.stdin.flush()


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    found = Workers()
    yield found
    for child in found.idle:
        end(child)


@dataclass
class Harness:
    database: Database
    connection: Connection
    workers: Workers
    desk: Desk = field(default_factory=Desk)
    worker: Child | None = None
    delivering: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.executor: ScriptedExecutor = self.desk.executor
        self.store = PostgresStateStore(self.database)
        self.plans = PostgresPlanStore(self.database)
        self.service = WorkflowEngine(self.store, SystemClock(), SystemIds())

    async def queue(self, plan: JsonObject, inputs: JsonObject | None = None) -> RunKey:
        name, version = str(plan["planId"]), str(plan["planVersion"])
        ref = await self.plans.put("local", canonical_bytes(plan), plan_id=name, plan_version=version)
        return RunKey("local", (await self.service.start_run(StartRequest(ref, CONTEXT, inputs or {}))).run_id)

    async def start(self, plan: JsonObject, inputs: JsonObject) -> RunKey:
        """What golden paths need: every start under one key."""
        name, version = str(plan["planId"]), str(plan["planVersion"])
        ref = await self.plans.put("local", canonical_bytes(plan), plan_id=name, plan_version=version)
        return RunKey("local", (await self.service.start_run(StartRequest(ref, CONTEXT, inputs, "golden"))).run_id)

    async def tamper(self, run: RunKey) -> None:
        async with self.database.connection() as connection:
            await connection.execute("UPDATE dvt.plan SET content = '{}'::bytea WHERE tenant_id = %s", [run.tenant_id])

    async def hold(self) -> None:
        if self.delivering:
            self.delivering.cancel()
            await asyncio.wait({self.delivering})

    async def release(self) -> None:
        recorder = Recorder(self.store, SystemClock(), SystemIds())
        dispatcher = Dispatcher(PostgresIntentQueue(self.database), recorder, TemporalEngine(self.connection))
        self.delivering = asyncio.create_task(dispatcher.run())

    async def crash(self) -> None:
        if self.worker:
            self.workers.replace(self.worker)
        settings = self.connection.settings
        self.worker = self.workers.take(settings.address, settings.queue_prefix, self.database.url, self.desk.port)

    async def close(self) -> None:
        await self.hold()
        if self.worker:
            self.workers.give_back(self.worker)
        await self.desk.close()


HarnessFactory: TypeAlias = Callable[[], AbstractAsyncContextManager[Harness]]


@pytest.fixture
def factory(temporal: TemporalServer, database_url: str, workers: Workers) -> HarnessFactory:
    @asynccontextmanager
    async def make() -> AsyncIterator[Harness]:
        settings = TemporalSettings(temporal.address, queue_prefix=uuid.uuid4().hex)
        async with Database(database_url) as database:
            harness = Harness(database, Connection(settings), workers)
            await harness.desk.open()
            await harness.crash()
            await harness.release()
            try:
                yield harness
            finally:
                await harness.close()

    return make


@pytest.mark.parametrize("rule", rules_of("temporal"), ids=lambda rule: rule.name)
async def test_temporal_engine(rule: Rule[EngineFactory], factory: HarnessFactory) -> None:
    await rule.check(factory)


@pytest.mark.golden
@pytest.mark.parametrize("folder", scripted_paths(GOLDEN), ids=lambda folder: folder.name)
async def test_golden_path(folder: Path, factory: HarnessFactory) -> None:
    path = GoldenPath.read(folder)
    async with factory() as harness:
        played = await play(path, harness)
    assert faults(path, played, Expectation.read(folder)) == []
