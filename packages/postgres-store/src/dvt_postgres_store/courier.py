"""Batches as arguments of the append functions, and their answers back."""

from collections.abc import Sequence

from dvt_postgres_store.answers import Answer, NumberedAnswer
from dvt_postgres_store.coalescing import Batch, Results
from dvt_postgres_store.database import Database, Parameters
from dvt_postgres_store.listener import OUTBOX_CHANNEL

_BUSY = "busy"


class PostgresCourier:
    """Appends on one database. Implements Courier."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def carry(self, batches: Sequence[Batch]) -> Sequence[Results | None]:
        """Append batches in one transaction; None for those whose run somebody else writes at this moment."""
        if len(batches) == 1:
            answers = await self._database.rows(Answer, "append", _alone(batches[0]))
            return [self._results(answers) if answers else None]
        rows = await self._database.rows(NumberedAnswer, "append_many", _together(batches))
        rows.sort(key=lambda row: row.item)
        found: list[Results | None] = []
        at = 0
        for batch in batches:
            part, at = rows[at : at + len(batch.items)], at + len(batch.items)
            found.append(None if part[0].outcome == _BUSY else self._results(part))
        return found

    async def outwait(self, batch: Batch) -> Results:
        """Append one batch as soon as its run is free."""
        return self._results(await self._database.rows(Answer, "append_waiting", _alone(batch)))

    def _results(self, answers: Sequence[Answer]) -> Results:
        results = tuple(answer.result() for answer in answers)
        if any(result.outcome == "appended" for result in results):
            self._database.listener.wake(OUTBOX_CHANNEL)
        return results


def _alone(batch: Batch) -> Parameters:
    return {
        "tenant": batch.run.tenant_id,
        "run": batch.run.run_id,
        "legal_from": batch.legal_from.value if batch.legal_from else None,
        **_columns([batch]),
    }


def _together(batches: Sequence[Batch]) -> Parameters:
    return {
        "tenants": [batch.run.tenant_id for batch in batches],
        "runs": [batch.run.run_id for batch in batches],
        "legal_from": [batch.legal_from.value if batch.legal_from else None for batch in batches],
        "batches": [number for number, batch in enumerate(batches, start=1) for _ in batch.items],
        **_columns(batches),
    }


def _columns(batches: Sequence[Batch]) -> Parameters:
    items = [item for batch in batches for item in batch.items]
    return {
        "types": [item.event_type for item in items],
        "items": [item.item_id for item in items],
        "attempts": [item.ordinal for item in items],
        "reused": [item.reused for item in items],
        "keys": [bytes.fromhex(item.key) for item in items],
        "bodies": [item.body for item in items],
        "parts": [item.part_text for item in items],
    }
