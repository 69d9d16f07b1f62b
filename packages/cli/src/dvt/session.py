"""What a command works with: servers that are held or configured, the store on them, and the use cases over it."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.engine.v1.run_context import RunContext
from dvt_contracts.models.glossary.v1.status import Role
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from dvt_engine_core.errors import DvtError
from dvt_engine_core.ports.outbox import OutboxSource
from dvt_engine_core.ports.plans import PlanStore
from dvt_engine_core.ports.store import IntentQueue, RunKey, StateStore
from dvt_engine_core.services.workflow_engine import WorkflowEngine
from dvt_engine_core.system import SystemClock, SystemIds
from pydantic import MISSING

from dvt.config import Settings
from dvt.servers import Servers, hold, knock, ready
from dvt.shell import Shell

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Session:
    """An open store with the use cases over it."""

    shell: Shell
    settings: Settings
    servers: Servers
    store: StateStore
    intents: IntentQueue
    plans: PlanStore
    outbox: OutboxSource

    @property
    def engine(self) -> WorkflowEngine:
        """The use cases."""
        return WorkflowEngine(self.store, SystemClock(), SystemIds(), adapter="temporal")

    def key(self, run_id: str) -> RunKey:
        """A run of the configured tenant."""
        return RunKey(self.settings.tenant, run_id)

    def actor(self) -> Actor:
        """The user of the operating system: nobody has proven who that is."""
        return Actor(actor_id=_user(), role=Role.ADMIN, authenticated=False)

    def context(self, code_root: Path) -> RunContext:
        """The context of a run that starts here."""
        return RunContext(
            tenant_id=self.settings.tenant,
            project_id=self.settings.project,
            environment_id=self.settings.environment,
            actor=self.actor(),
            code_root=str(code_root),
        )

    async def plan(self, ref: PlanRef) -> Plan | None:
        """A stored plan; None where it cannot be read."""
        from dvt_engine_core.plan.text import read_json
        from pydantic import ValidationError

        try:
            value, faults = read_json(await self.plans.fetch(self.settings.tenant, ref))
            return None if faults else Plan.parse(value)
        except (DvtError, ValidationError):
            return None

    async def plan_of(self, run: RunKey) -> Plan | None:
        """The plan of a run."""
        stored = await self.store.read_run(run, steps=())
        if stored is None or stored.snapshot.queued is MISSING:
            return None
        return await self.plan(stored.snapshot.queued.plan_ref)


@asynccontextmanager
async def opened(shell: Shell, servers: Servers) -> AsyncIterator[Session]:
    """Open the store; an embedded one is migrated when it has to be.

    Raises: UnavailableError, RejectedError [STORE_SCHEMA_MISSING, STORE_SCHEMA_NEWER, STORE_NO_RIGHTS].
    """
    from dvt_postgres_store import (
        Database,
        PostgresIntentQueue,
        PostgresOutbox,
        PostgresPlanStore,
        PostgresStateStore,
    )

    if not servers.embedded:
        await knock(servers.postgres_url)
    async with Database(servers.postgres_url, max_size=4) as database:
        await ready(database, servers, shell.note)
        yield Session(
            shell=shell,
            settings=shell.settings,
            servers=servers,
            store=PostgresStateStore(database),
            intents=PostgresIntentQueue(database),
            plans=PostgresPlanStore(database),
            outbox=PostgresOutbox(database),
        )


def with_session(shell: Shell, work: Callable[[Session], Coroutine[Any, Any, Answer]], *, host: bool = False) -> Answer:
    """Run a piece of work against the store."""

    async def run(servers: Servers) -> Answer:
        async with opened(shell, servers) as session:
            return await work(session)

    with hold(shell, host=host) as servers:
        return asyncio.run(run(servers))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
