"""OutboxSource on PostgreSQL: leases, fetching, acknowledging, blocking."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dvt_engine_core.ports.outbox import BlockedRun, OutboxMessage, OutboxStatus, ShardLease
from dvt_engine_core.ports.store import RunKey

from dvt_postgres_store.database import Database
from dvt_postgres_store.listener import OUTBOX_CHANNEL
from dvt_postgres_store.rows import instant, record

_ERROR_LIMIT: Final = 1024


@dataclass(frozen=True, slots=True)
class _MessageRow:
    shard: int
    outbox_id: int
    tenant_id: str
    run_id: str
    run_seq: int
    persisted_at: datetime
    body: str

    def message(self) -> OutboxMessage:
        run = RunKey(self.tenant_id, self.run_id)
        return OutboxMessage(self.outbox_id, self.shard, run, record(self.run_seq, self.persisted_at, self.body))


@dataclass(frozen=True, slots=True)
class _StatusRow:
    undelivered: int
    oldest_age_ms: int
    delivered: int


@dataclass(frozen=True, slots=True)
class _BlockedRow:
    tenant_id: str
    run_id: str
    attempts: int
    next_at: datetime
    error: str


class PostgresOutbox:
    """The undelivered events of one database. Implements OutboxSource."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waker: asyncio.Event | None = None

    async def lease(self, owner: str, *, ttl_ms: int) -> tuple[ShardLease, ...]:
        """Take free shards and keep held ones, by the database's clock."""
        rows = await self._database.rows(ShardLease, "outbox_lease", {"owner": owner, "ttl_ms": ttl_ms})
        return tuple(sorted(rows, key=lambda lease: lease.shard))

    async def fetch(self, leases: Sequence[ShardLease], *, limit: int) -> tuple[OutboxMessage, ...]:
        """Oldest undelivered messages of these shards; nothing of a shard that changed hands since the lease."""
        held = {"shards": [lease.shard for lease in leases], "epochs": [lease.epoch for lease in leases]}
        rows = await self._database.rows(_MessageRow, "outbox_fetch", {**held, "limit": limit})
        return tuple(row.message() for row in rows)

    async def acknowledge(self, messages: Sequence[OutboxMessage]) -> None:
        """Mark messages delivered; per run a prefix of what was fetched."""
        upto: dict[tuple[int, int], int] = {}
        for message in messages:
            row = (message.shard, message.outbox_id)
            upto[row] = max(upto.get(row, 0), message.record.run_seq)
        rows = {"shards": [shard for shard, _ in upto], "ids": [row_id for _, row_id in upto]}
        await self._database.execute("outbox_ack", {**rows, "upto": list(upto.values())})

    async def block(self, message: OutboxMessage, *, delay_ms: int, error: str) -> None:
        """Let the run of a failed message wait; its attempts grow by one."""
        await self._database.execute(
            "outbox_block",
            {
                "shard": message.shard,
                "id": message.outbox_id,
                "run_seq": message.record.run_seq,
                "delay_ms": delay_ms,
                "error": error.replace("\x00", " ")[:_ERROR_LIMIT],
            },
        )

    async def wait(self, *, timeout_ms: int) -> None:
        """Return after an append of this process, at the latest after the timeout.

        Appends of other processes are found by polling: a NOTIFY in each append would serialise all commits.
        """
        if self._waker is None:
            self._waker = self._database.listener.subscribe(OUTBOX_CHANNEL)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_ms / 1000):
                await self._waker.wait()
        self._waker.clear()

    async def status(self) -> OutboxStatus:
        """Lag and blocked runs."""
        (row,) = await self._database.rows(_StatusRow, "outbox_status", {})
        blocked = await self._database.rows(_BlockedRow, "outbox_blocked", {})
        return OutboxStatus(
            undelivered=row.undelivered,
            oldest_age_ms=row.oldest_age_ms,
            delivered=row.delivered,
            blocked=tuple(
                BlockedRun(RunKey(it.tenant_id, it.run_id), it.attempts, instant(it.next_at), it.error)
                for it in blocked
            ),
        )
