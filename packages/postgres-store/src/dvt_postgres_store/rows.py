"""Rows of the tables as documents of the contract."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from dvt_contracts.base import JsonValue
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.glossary.v1.status import RunStatus, RunSubstatus
from dvt_contracts.models.store.v1.intent import Intent
from dvt_contracts.models.store.v1.run_summary import RunSummary
from dvt_engine_core.ports.store import RunKey, StoredRun
from dvt_engine_core.projector import ItemRow, RunRows, assemble
from dvt_engine_core.transitions import RunState


def instant(moment: datetime) -> str:
    """A time of the database as an Instant: UTC, milliseconds, Z."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def run_state(name: str) -> RunState:
    """The state that a `state` column names."""
    status, _, substatus = name.partition("/")
    return RunState(RunStatus(status), RunSubstatus(substatus) if substatus else None)


def record(run_seq: int, persisted_at: datetime, body: str) -> RawRecord:
    """A row of the log in record shape."""
    return RawRecord.parse({"runSeq": run_seq, "persistedAt": instant(persisted_at), "event": json.loads(body)})


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of `read_events`."""

    run_seq: int
    persisted_at: datetime
    body: str

    def record(self) -> RawRecord:
        """In record shape."""
        return record(self.run_seq, self.persisted_at, self.body)


def _parts(document: Mapping[str, JsonValue | None]) -> dict[str, Mapping[str, JsonValue]]:
    return {name: part for name, part in document.items() if isinstance(part, Mapping)}


def _items(text: str) -> dict[str, ItemRow]:
    rows = (ItemRow(item_id, status, attempt, _parts(parts)) for item_id, status, attempt, parts in json.loads(text))
    return {row.item_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class RunRow:
    """A row of `read_run`."""

    state: str
    last_run_seq: int
    history_hash: str
    parts: str
    steps: str
    signals: str

    def stored(self, run: RunKey) -> StoredRun:
        """The snapshot that these rows assemble to, by the core's own rule."""
        rows = RunRows(
            run_id=run.run_id,
            tenant_id=run.tenant_id,
            state=run_state(self.state),
            last_run_seq=self.last_run_seq,
            parts=_parts(json.loads(self.parts)),
            steps=_items(self.steps),
            signals=_items(self.signals),
        )
        return StoredRun(assemble(rows), self.history_hash)


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A row of `list_runs`."""

    run_id: str
    plan_id: str
    plan_version: str
    plan_hash: str
    state: str
    last_run_seq: int
    queued_at: datetime
    updated_at: datetime

    def summary(self) -> RunSummary:
        """One line of a list."""
        state = run_state(self.state)
        document: dict[str, object] = {
            "runId": self.run_id,
            "planId": self.plan_id,
            "planVersion": self.plan_version,
            "planHash": self.plan_hash,
            "status": state.status,
            "lastRunSeq": self.last_run_seq,
            "queuedAt": instant(self.queued_at),
            "updatedAt": instant(self.updated_at),
        }
        if state.substatus:
            document["substatus"] = state.substatus
        return RunSummary.parse(document)


@dataclass(frozen=True, slots=True)
class IntentRow:
    """A row of `intent_take` and `intent_pending`."""

    intent_id: int
    tenant_id: str
    run_id: str
    intent_type: str
    signal_id: str | None
    attempts: int
    created_at: datetime
    last_error: str | None

    def intent(self) -> Intent:
        """As the contract has it."""
        document: dict[str, object] = {
            "intentId": self.intent_id,
            "tenantId": self.tenant_id,
            "runId": self.run_id,
            "intentType": self.intent_type,
            "attempts": self.attempts,
            "createdAt": instant(self.created_at),
        }
        optional = {"signalId": self.signal_id, "lastError": self.last_error}
        return Intent.parse(document | {name: value for name, value in optional.items() if value is not None})
