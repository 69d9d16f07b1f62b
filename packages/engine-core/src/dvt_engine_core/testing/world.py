"""A whole DVT in memory for tests: plans in, runs through, log out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.engine.v1.run_context import RunContext
from dvt_contracts.models.glossary.v1.status import Role

from dvt_engine_core.canonical import canonical_bytes
from dvt_engine_core.facts import Fact
from dvt_engine_core.hashes import outcome_hash
from dvt_engine_core.ports.store import RunKey, StoredRun
from dvt_engine_core.services.workflow_engine import StartRequest, WorkflowEngine
from dvt_engine_core.system import SystemClock, SystemIds
from dvt_engine_core.testing.in_process import InProcessEngine, Surroundings
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemoryLogs, MemorySecrets, ScriptedExecutor
from dvt_engine_core.testing.memory_store import MemoryStore

ACTOR = Actor(actor_id="tester", role=Role.ADMIN, authenticated=False)
CONTEXT = RunContext(tenant_id="local", project_id="default", environment_id="test", actor=ACTOR)


def plan_of(*steps: JsonObject, **fields: JsonValue) -> dict[str, JsonValue]:
    """A plan document; steps without a kind are `noop`."""
    listed: Sequence[JsonValue] = [{"kind": "noop", **step} for step in steps]
    return {"schemaVersion": "0.1", "planId": "sample", "planVersion": "1", "steps": listed, **fields}


@dataclass(slots=True)
class World:
    """Store, engine service, in-process engine and a scripted executor."""

    executor: ScriptedExecutor = field(default_factory=ScriptedExecutor)
    store: MemoryStore = field(default_factory=MemoryStore)
    artifacts: MemoryArtifacts = field(default_factory=MemoryArtifacts)
    logs: MemoryLogs = field(default_factory=MemoryLogs)
    secrets: MemorySecrets = field(default_factory=MemorySecrets)

    @property
    def service(self) -> WorkflowEngine:
        """The engine service over the store."""
        return WorkflowEngine(self.store, SystemClock(), SystemIds())

    def engine(self) -> InProcessEngine:
        """A new in-process engine over the same store, as after a crash."""
        return InProcessEngine(
            Surroundings(
                store=self.store,
                intents=self.store.intents,
                plans=self.store,
                executors={self.executor.kind: self.executor},
                artifacts=self.artifacts,
                logs=self.logs,
                secrets=self.secrets,
            )
        )

    async def queue(
        self, plan: JsonObject, inputs: JsonObject | None = None, *, start_key: str | None = None
    ) -> RunKey:
        """Push a plan and start a run of it; nothing runs yet."""
        ref = await self.store.put(
            "local", canonical_bytes(plan), plan_id=str(plan["planId"]), plan_version=str(plan["planVersion"])
        )
        started = await self.service.start_run(StartRequest(ref, CONTEXT, inputs or {}, start_key))
        return RunKey("local", started.run_id)

    async def finish(self, plan: JsonObject, inputs: JsonObject | None = None) -> RunKey:
        """Run a plan to its end."""
        run = await self.queue(plan, inputs)
        await self.engine().settle(run)
        return run

    async def stored(self, run: RunKey) -> StoredRun:
        """Where a run stands."""
        return await self.service.get_run_status(run)

    async def outcome(self, run: RunKey) -> str | None:
        """Outcome hash of a run."""
        return outcome_hash((await self.stored(run)).snapshot)

    def told(self, run: RunKey) -> list[str]:
        """The log as short lines: type, subject, attempt of step events."""
        return [line(fact) for fact in self.store.facts(run)]


def line(fact: Fact) -> str:
    """A fact as a short line."""
    if fact.subject_id is None:
        return fact.event_type
    return f"{fact.event_type} {fact.subject_id}" + (f" {fact.ordinal}" if fact.event_type.startswith("Step") else "")
