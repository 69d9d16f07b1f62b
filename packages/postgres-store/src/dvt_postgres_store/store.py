"""StateStore on PostgreSQL: the functions of the database judge and write, this class only carries."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import AppendResult
from dvt_contracts.models.store.v1.create_run_result import (
    CreateRunResult,
    RunCreated,
    RunExisting,
    StartKeyConflict,
)
from dvt_contracts.models.store.v1.run_summary import RunSummary
from dvt_engine_core.appending import append_item
from dvt_engine_core.errors import DvtError, RejectedError
from dvt_engine_core.ports.store import BatchResult, NewRun, RunBatch, RunKey, RunQuery, StoredRun

from dvt_postgres_store.coalescing import AppendQueue, Batch
from dvt_postgres_store.courier import PostgresCourier
from dvt_postgres_store.database import Database
from dvt_postgres_store.listener import OUTBOX_CHANNEL
from dvt_postgres_store.rebuilding import rebuild_run
from dvt_postgres_store.rows import EventRow, RunRow, SummaryRow

_PAGE: Final = 500
_UUID_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class _Created:
    outcome: str
    run_id: str


class PostgresStateStore:
    """The append authority on one database. Implements StateStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue = AppendQueue(PostgresCourier(database))
        database.before_close(self._queue.drain)

    async def create_run(self, run: NewRun) -> CreateRunResult:
        """Store a run with RunQueued and its start intent, or find it by its start key or its own id."""
        item = append_item(run.queued)
        plan = run.queued.payload.plan_ref
        (found,) = await self._database.rows(
            _Created,
            "create_run",
            {
                "tenant": run.key.tenant_id,
                "run": run.key.run_id,
                "start_key": run.start_key,
                "fingerprint": bytes.fromhex(run.fingerprint),
                "plan_id": plan.plan_id,
                "plan_version": plan.plan_version,
                "plan_sha256": bytes.fromhex(plan.sha256),
                "queued_at": run.queued.emitted_at,
                "key": bytes.fromhex(item.key),
                "body": item.body,
                "part": item.part_text,
            },
        )
        match found.outcome:
            case "created":
                self._database.listener.wake(OUTBOX_CHANNEL)
                return RunCreated(run_id=found.run_id)
            case "existing":
                return RunExisting(run_id=found.run_id)
            case "conflict":
                return StartKeyConflict(run_id=found.run_id)
            case _:
                raise RejectedError("the run id cannot be used", code="STORE_REJECTED")

    async def append(
        self, run: RunKey, events: Sequence[AnyEvent], *, legal_from: RunStatus | None = None
    ) -> tuple[AppendResult, ...]:
        """Append events of one run in one transaction; appends of this process that wait go in one call."""
        items = tuple(append_item(event) for event in events)
        if not items:
            return ()
        return await self._queue.append(Batch(run, items, legal_from))

    async def append_many(self, batches: Sequence[RunBatch]) -> tuple[BatchResult, ...]:
        """Append batches of many runs together; for each its answers, or the error that it met."""
        appends = (self.append(batch.run, batch.events, legal_from=batch.legal_from) for batch in batches)
        results = await asyncio.gather(*appends, return_exceptions=True)
        return tuple(_known(result) for result in results)

    async def read_run(self, run: RunKey, *, steps: Collection[str] | None = None) -> StoredRun | None:
        """The live snapshot of a run, or that of some of its steps; None for an unknown run."""
        rows = await self._database.rows(
            RunRow,
            "read_run",
            {"tenant": run.tenant_id, "run": run.run_id, "steps": None if steps is None else list(steps)},
        )
        return rows[0].stored(run) if rows else None

    async def read_events(self, run: RunKey, *, after: int = 0, limit: int | None = None) -> AsyncIterator[RawRecord]:
        """Records with runSeq greater than `after`, in order, a page at a time."""
        left = limit
        while left is None or left > 0:
            size = _PAGE if left is None else min(_PAGE, left)
            page = await self._database.rows(
                EventRow, "read_events", {"tenant": run.tenant_id, "run": run.run_id, "after": after, "limit": size}
            )
            for row in page:
                yield row.record()
            if len(page) < size:
                return
            after = page[-1].run_seq
            left = None if left is None else left - size

    async def list_runs(self, tenant_id: str, query: RunQuery) -> tuple[RunSummary, ...]:
        """Runs of a tenant, newest first."""
        prefix = query.id_prefix.replace("-", "")
        if len(prefix) > _UUID_DIGITS or not set(prefix) <= set("0123456789abcdef"):
            return ()
        rows = await self._database.rows(
            SummaryRow,
            "list_runs",
            {
                "tenant": tenant_id,
                "status": query.status.value if query.status else None,
                "lowest": prefix.ljust(_UUID_DIGITS, "0"),
                "highest": prefix.ljust(_UUID_DIGITS, "f"),
                "before": query.before,
                "limit": query.limit,
            },
        )
        return tuple(row.summary() for row in rows)

    async def rebuild(self, run: RunKey) -> StoredRun | None:
        """Fold the log again under the run's lock, replace the live rows by the fold, and return it."""
        async with self._database.connection() as connection:
            return await rebuild_run(connection, run)


def _known(result: tuple[AppendResult, ...] | BaseException) -> BatchResult:
    if isinstance(result, tuple | DvtError):
        return result
    raise result
