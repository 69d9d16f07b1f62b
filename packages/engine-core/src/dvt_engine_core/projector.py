"""SnapshotProjector: the one fold of a run's log into rows of parts, and of rows into a snapshot.

Each part of a row is computed from one event alone, so live rows equal the fold whatever the order of writers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from dvt_contracts.base import JsonValue
from dvt_contracts.loader import AnyEvent, UnknownEvent, parse_event
from dvt_contracts.models.engine.v1.projector_alert import ProjectorAlert
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSubject
from dvt_contracts.models.glossary.v1.status import RunStatus, StepStatus
from pydantic import MISSING

from dvt_engine_core.alerts import alert_of
from dvt_engine_core.errors import SequenceGapError
from dvt_engine_core.facts import Fact, fact_of, is_reuse
from dvt_engine_core.transitions import (
    RULES,
    SIGNAL_EVENTS_LEGAL_IN,
    STEP_EVENTS_LEGAL_IN,
    RunState,
    is_terminal_event,
    next_run_state,
    next_signal_status,
    next_step_status,
)

PROJECTOR_VERSION: Final = "1"
#: Members of a payload that its part leaves out: large, or of no use to a reader of the snapshot.
_LEFT_OUT: Final = {
    "RunQueued": ("startKey", "signalId", "reason"),
    "RunStarted": ("engine",),
    "StepCompleted": ("stepKey",),
    "SignalAccepted": ("arguments",),
    "SignalApplied": ("signalType", "parameters"),
    "RunPaused": ("signalId", "stepId"),
    "RunResumed": ("signalId",),
    "RunFailed": ("stepId",),
    "RunCancelled": ("signalId",),
}
_NAMES_ITS_TYPE: Final = frozenset(
    {"RunPaused", "RunDrained", "RunResumed", "StepCompleted", "StepFailed", "StepCancelled"}
)
_ITEMS: Final = {EventSubject.STEP: "steps", EventSubject.SIGNAL: "signals"}

Part = Mapping[str, JsonValue]
#: An event of the log that was not legal where it stands: it changed nothing, and somebody must look.
Alert: TypeAlias = ProjectorAlert


@dataclass(slots=True)
class ItemRow:
    """A step or signal that has events: what a store keeps of it."""

    item_id: str
    status: str
    attempt: int = 0
    parts: dict[str, Part] = field(default_factory=dict)


@dataclass(slots=True)
class RunRows:
    """A run as rows: what a store keeps, and what the fold builds."""

    run_id: str
    tenant_id: str
    state: RunState | None = None
    last_run_seq: int = 0
    parts: dict[str, Part] = field(default_factory=dict)
    steps: dict[str, ItemRow] = field(default_factory=dict)
    signals: dict[str, ItemRow] = field(default_factory=dict)

    @property
    def running_steps(self) -> int:
        """How many steps run now."""
        return sum(row.status == StepStatus.RUNNING for row in self.steps.values())


@dataclass(frozen=True, slots=True)
class Projection:
    """A snapshot and what was odd on the way."""

    snapshot: RunSnapshot
    alerts: tuple[Alert, ...]


def part_of(event: AnyEvent) -> Part | None:
    """The part of a row that an event writes, computed from this event alone; None for unknown types."""
    if isinstance(event, UnknownEvent):
        return None
    payload = event.payload.document()
    for name in _LEFT_OUT.get(event.event_type, ()):
        payload.pop(name, None)
    part: dict[str, JsonValue] = {"at": event.emitted_at, **payload}
    if RULES[event.event_type].subject is EventSubject.STEP:
        part["attempt"] = getattr(event, "logical_attempt_id", 1)
        engine_attempt = getattr(event, "engine_attempt_id", MISSING)
        if event.event_type in {"StepStarted", "StepRedelivered"} and engine_attempt is not MISSING:
            part["engineAttemptId"] = engine_attempt
    if event.event_type in _NAMES_ITS_TYPE:
        part["eventType"] = event.event_type
    return part


def next_status(rows: RunRows, fact: Fact) -> RunState | str | None:
    """The state that a fact leads its subject to; None where it is illegal.

    Shape: a RunState for run events, a status for step and signal events.
    Source: ExecutionSemantics; a terminal event is illegal while a step runs.
    """
    subject = RULES[fact.event_type].subject
    if subject is EventSubject.RUN:
        if is_terminal_event(fact.event_type) and rows.running_steps:
            return None
        return next_run_state(fact.event_type, rows.state)
    legal_in = STEP_EVENTS_LEGAL_IN if subject is EventSubject.STEP else SIGNAL_EVENTS_LEGAL_IN
    if rows.state is None or rows.state.status not in legal_in or fact.subject_id is None:
        return None
    if subject is EventSubject.SIGNAL:
        signal = rows.signals.get(fact.subject_id)
        return next_signal_status(fact.event_type, signal.status if signal else None)
    step = rows.steps.get(fact.subject_id)
    return next_step_status(
        fact.event_type,
        status=StepStatus(step.status) if step else StepStatus.PENDING,
        attempt=step.attempt if step else 0,
        event_attempt=fact.ordinal,
        reused=is_reuse(fact.payload),
    )


def write(rows: RunRows, event: AnyEvent) -> bool:
    """Fold one event into rows; False, and no change but the watermark, where it is illegal."""
    rows.last_run_seq += 1
    fact = fact_of(event)
    if fact is None:
        return True
    status = next_status(rows, fact)
    if status is None:
        return False
    rule = RULES[fact.event_type]
    part = part_of(event) or {}
    if isinstance(status, RunState):
        rows.state = status
        rows.parts[rule.part] = part
        return True
    items = rows.steps if rule.subject is EventSubject.STEP else rows.signals
    item = items.setdefault(fact.subject_id or "", ItemRow(fact.subject_id or "", status))
    item.status = status
    item.attempt = fact.ordinal
    item.parts[rule.part] = part
    return True


def assemble(rows: RunRows) -> RunSnapshot:
    """Build the snapshot from rows, the fold's or a store's.

    Raises: pydantic.ValidationError if stored parts break the contract.
    """
    state = rows.state or RunState(RunStatus.PENDING)
    document: dict[str, object] = {
        "projectorVersion": PROJECTOR_VERSION,
        "runId": rows.run_id,
        "tenantId": rows.tenant_id,
        "status": state.status,
        "lastRunSeq": rows.last_run_seq,
        **rows.parts,
        "steps": [
            {"stepId": row.item_id, "status": row.status, "attempt": row.attempt, **row.parts}
            for _, row in sorted(rows.steps.items())
        ],
        "signals": [_signal(row, rows) for _, row in sorted(rows.signals.items())],
    }
    if state.substatus:
        document["substatus"] = state.substatus
    return RunSnapshot.parse(document)


def _signal(row: ItemRow, rows: RunRows) -> dict[str, JsonValue]:
    """A signal; one still open at the terminal event counts as moot."""
    document: dict[str, JsonValue] = {"signalId": row.item_id, "status": row.status, **row.parts}
    ended = rows.parts.get("ended")
    if ended is not None and row.status == "ACCEPTED":
        document["application"] = {"at": ended["at"], "effect": "moot", "code": "RUN_TERMINAL"}
    return document


def rows_of(snapshot: RunSnapshot) -> RunRows:
    """Rows that assemble to `snapshot`, so that a fold can go on from it."""
    document = snapshot.document()
    substatus = None if snapshot.substatus is MISSING else snapshot.substatus
    rows = RunRows(snapshot.run_id, snapshot.tenant_id, RunState(snapshot.status, substatus), snapshot.last_run_seq)
    known = {"queued", "started", "pause", "failing", "cancelling", "ended"}
    rows.parts = {name: part for name, part in document.items() if name in known and isinstance(part, Mapping)}
    for step in snapshot.steps:
        parts = {name: part for name, part in step.document().items() if isinstance(part, Mapping)}
        rows.steps[step.step_id] = ItemRow(step.step_id, step.status.value, step.attempt, parts)
    for signal in snapshot.signals:
        parts = {name: part for name, part in signal.document().items() if isinstance(part, Mapping)}
        rows.signals[signal.signal_id] = ItemRow(signal.signal_id, signal.status.value, 1, parts)
    return rows


def fold(rows: RunRows, records: Iterable[RawRecord]) -> tuple[Alert, ...]:
    """Fold records in `runSeq` order into `rows`: repeats are ignored, illegal events become alerts.

    Raises: SequenceGapError if a record is missing.
    Source: SnapshotProjector.
    """
    alerts = []
    for record in records:
        if record.run_seq <= rows.last_run_seq:
            continue
        if record.run_seq != rows.last_run_seq + 1:
            raise SequenceGapError(
                f"run {rows.run_id}: event {rows.last_run_seq + 1} is missing before {record.run_seq}"
            )
        event = parse_event(record.event.document())
        if not write(rows, event) and (fact := fact_of(event)):
            alerts.append(alert_of(rows, fact, run_seq=record.run_seq))
    return tuple(alerts)


def project(
    records: Iterable[RawRecord], *, run_id: str, tenant_id: str, since: RunSnapshot | None = None
) -> Projection:
    """Fold a run's log, or what follows `since`, into a snapshot.

    Shape: `records` in `runSeq` order; repeats are fine, a gap is not.
    Raises: SequenceGapError.
    Source: SnapshotProjector; incremental equals from scratch.
    """
    rows = rows_of(since) if since else RunRows(run_id, tenant_id)
    alerts = fold(rows, records)
    return Projection(assemble(rows), alerts)
