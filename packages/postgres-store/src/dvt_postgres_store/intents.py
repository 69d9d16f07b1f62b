"""IntentQueue on PostgreSQL: promises to engines, taken under a lease."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from dvt_contracts.models.store.v1.intent import Intent
from dvt_engine_core.ports.store import RunKey

from dvt_postgres_store.database import Database
from dvt_postgres_store.listener import INTENT_CHANNEL
from dvt_postgres_store.rows import IntentRow

_ERROR_LIMIT: Final = 1024


@dataclass(frozen=True, slots=True)
class _Next:
    due_in_ms: int | None


class PostgresIntentQueue:
    """The intents of one database. Implements IntentQueue."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waker: asyncio.Event | None = None

    async def take(self, *, limit: int, lease_ms: int) -> tuple[Intent, ...]:
        """Take due intents, oldest first; another taker sees them again only after the lease."""
        rows = await self._database.rows(IntentRow, "intent_take", {"limit": limit, "lease_ms": lease_ms})
        return tuple(row.intent() for row in rows)

    async def finish(self, intent_id: int) -> None:
        """Forget a delivered intent."""
        await self._database.execute("intent_finish", {"intent_id": intent_id})

    async def postpone(self, intent_id: int, *, delay_ms: int, error: str) -> None:
        """Give an intent back, due after a delay; its attempts grow by one."""
        short = error.replace("\x00", " ")[:_ERROR_LIMIT]
        await self._database.execute("intent_postpone", {"intent_id": intent_id, "delay_ms": delay_ms, "error": short})

    async def wait(self, *, timeout_ms: int) -> None:
        """Return as soon as an intent may be due, at the latest after the timeout."""
        if self._waker is None:
            self._waker = self._database.listener.subscribe(INTENT_CHANNEL)
        self._waker.clear()
        (row,) = await self._database.rows(_Next, "intent_next", {})  # what came before we cleared is found here
        wait_ms = timeout_ms if row.due_in_ms is None else min(timeout_ms, max(0, row.due_in_ms))
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_ms / 1000):
                await self._waker.wait()

    async def pending(self, run: RunKey) -> tuple[Intent, ...]:
        """Intents of one run that are not delivered yet."""
        rows = await self._database.rows(IntentRow, "intent_pending", {"tenant": run.tenant_id, "run": run.run_id})
        return tuple(row.intent() for row in rows)
