"""Rebuilding: the rows of a run made again from its log by the core's projector."""

from dataclasses import dataclass, field
from typing import Final

from dvt_contracts.models.events.v1.record import RawRecord
from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.hashes import chain_next, chain_start
from dvt_engine_core.ports.store import RunKey, StoredRun
from dvt_engine_core.projector import ItemRow, Part, RunRows, assemble, fold
from psycopg.rows import class_row

from dvt_postgres_store.database import Connection, Value
from dvt_postgres_store.rows import EventRow
from dvt_postgres_store.slots import Slots
from dvt_postgres_store.statements import statement

_PAGE: Final = 1000
_RUN_PARTS: Final = ("queued", "started", "pause", "failing", "cancelling", "ended")
_STEP_PARTS: Final = ("start", "redelivery", "outcome", "skip")
_SIGNAL_PARTS: Final = ("decision", "application")


@dataclass(slots=True)
class _Fold:
    """A run's log folded so far: rows, slots and the head of the hash chain."""

    rows: RunRows
    history_hash: bytes
    slots: Slots = field(default_factory=Slots)

    def add(self, page: list[EventRow]) -> None:
        records: list[RawRecord] = [row.record() for row in page]
        fold(self.rows, records)
        for row, record in zip(page, records, strict=True):
            self.history_hash = chain_next(self.history_hash, row.body)
            self.slots.fill(record)


async def rebuild_run(connection: Connection, run: RunKey) -> StoredRun | None:
    """Fold the log of a run and replace its rows, while its writers wait; None for an unknown run.

    Raises: SequenceGapError if the log has a gap.
    """
    key = {"tenant": run.tenant_id, "run": run.run_id}
    async with connection.transaction():
        await connection.execute(statement("rebuild_lock"), key)
        folded = _Fold(RunRows(run.run_id, run.tenant_id), chain_start(run.run_id))
        async with connection.cursor(row_factory=class_row(EventRow)) as cursor:
            while True:
                after = folded.rows.last_run_seq
                await cursor.execute(statement("read_events"), {**key, "after": after, "limit": _PAGE})
                page = await cursor.fetchall()
                folded.add(page)
                if len(page) < _PAGE:
                    break
        if folded.rows.state is None:
            return None
        await _replace(connection, run.run_id, folded)
    return StoredRun(assemble(folded.rows), folded.history_hash.hex())


async def _replace(connection: Connection, run_id: str, folded: _Fold) -> None:
    rows = folded.rows
    run = {"run": run_id}
    await connection.execute(statement("rebuild_clear"), run)
    await connection.execute(
        statement("rebuild_run"),
        {
            **run,
            **_texts(rows.parts, _RUN_PARTS),
            "state": rows.state.name if rows.state else None,
            "running_steps": rows.running_steps,
            "last_run_seq": rows.last_run_seq,
            "history_hash": folded.history_hash,
        },
    )
    steps = [run | _row(step, _STEP_PARTS) | folded.slots.of_step(step.item_id) for step in rows.steps.values()]
    signals = [run | _row(it, _SIGNAL_PARTS) | folded.slots.of_signal(it.item_id) for it in rows.signals.values()]
    async with connection.cursor() as cursor:
        await cursor.executemany(statement("rebuild_step"), steps)
        await cursor.executemany(statement("rebuild_signal"), signals)


def _row(item: ItemRow, names: tuple[str, ...]) -> dict[str, Value | list[int | None]]:
    return {"item": item.item_id, "status": item.status, "attempt": item.attempt, **_texts(item.parts, names)}


def _texts(parts: dict[str, Part], names: tuple[str, ...]) -> dict[str, str | None]:
    return {name: canonical_text(parts[name]) if name in parts else None for name in names}
