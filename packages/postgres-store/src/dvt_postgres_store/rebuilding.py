"""Rebuilding: the rows of a run made again from its log by the core's projector."""

from typing import Final

from dvt_engine_core.ports.store import RunKey, StoredRun
from dvt_engine_core.projector import assemble
from psycopg.rows import class_row

from dvt_postgres_store.database import Connection
from dvt_postgres_store.folded import Folded
from dvt_postgres_store.rows import EventRow
from dvt_postgres_store.statements import statement

_PAGE: Final = 1000


async def rebuild_run(connection: Connection, run: RunKey) -> StoredRun | None:
    """Fold the log of a run and replace its rows, while its writers wait; None for an unknown run.

    Raises: SequenceGapError if the log has a gap.
    """
    folded = await rebuild_rows(connection, run)
    if folded.rows.state is None:
        return None
    return StoredRun(assemble(folded.rows), folded.history_hash.hex())


async def rebuild_rows(connection: Connection, run: RunKey) -> Folded:
    """As `rebuild_run`, without making the snapshot; nothing is written for an unknown run."""
    key = {"tenant": run.tenant_id, "run": run.run_id}
    async with connection.transaction():
        await connection.execute(statement("rebuild_lock"), key)
        folded = Folded.empty(run)
        async with connection.cursor(row_factory=class_row(EventRow)) as cursor:
            while True:
                after = folded.rows.last_run_seq
                await cursor.execute(statement("read_events"), {**key, "after": after, "limit": _PAGE})
                page = await cursor.fetchall()
                for row in page:
                    folded.add(row.record(), row.body)
                if len(page) < _PAGE:
                    break
        if folded.rows.state is not None:
            await _replace(connection, run.run_id, folded)
    return folded


async def _replace(connection: Connection, run_id: str, folded: Folded) -> None:
    run = {"run": run_id}
    await connection.execute(statement("rebuild_clear"), run)
    await connection.execute(statement("rebuild_run"), {**run, **folded.run_columns()})
    async with connection.cursor() as cursor:
        await cursor.executemany(statement("rebuild_step"), [{**run, **row} for row in folded.step_columns()])
        await cursor.executemany(statement("rebuild_signal"), [{**run, **row} for row in folded.signal_columns()])
