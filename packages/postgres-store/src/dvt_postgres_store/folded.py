"""A log folded into the columns of its rows: what rebuilding writes and verifying compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from dvt_contracts.models.events.v1.record import RawRecord
from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.hashes import chain_next, chain_start
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.projector import Alert, ItemRow, Part, RunRows, fold

from dvt_postgres_store.database import Value
from dvt_postgres_store.slots import Slots

Columns: TypeAlias = Mapping[str, Value | Sequence[int | None]]

_RUN_PARTS: Final = ("queued", "started", "pause", "failing", "cancelling", "ended")
_STEP_PARTS: Final = ("start", "redelivery", "outcome", "skip")
_SIGNAL_PARTS: Final = ("decision", "application")


@dataclass(slots=True)
class Folded:
    """A run's log folded so far: rows, slots and the head of the hash chain."""

    rows: RunRows
    history_hash: bytes
    slots: Slots = field(default_factory=Slots)
    slot_taken_by: int | None = None  # of the record added last: who filled its slot before

    @classmethod
    def empty(cls, run: RunKey) -> "Folded":
        """Before the first event."""
        return cls(RunRows(run.run_id, run.tenant_id), chain_start(run.run_id))

    def add(self, record: RawRecord, body: str) -> tuple[Alert, ...]:
        """Fold one more record; an alert if it is illegal.

        Raises: SequenceGapError if one is missing before it.
        """
        alerts = fold(self.rows, [record])
        self.history_hash = chain_next(self.history_hash, body)
        self.slot_taken_by = self.slots.fill(record)
        return alerts

    def run_columns(self) -> Columns:
        """Columns of the run's row."""
        return {
            **_texts(self.rows.parts, _RUN_PARTS),
            "state": self.rows.state.name if self.rows.state else None,
            "running_steps": self.rows.running_steps,
            "last_run_seq": self.rows.last_run_seq,
            "history_hash": self.history_hash,
        }

    def step_columns(self) -> list[Columns]:
        """Columns of each step's row."""
        steps = self.rows.steps.values()
        return [_row(step, _STEP_PARTS) | self.slots.of_step(step.item_id) for step in steps]

    def signal_columns(self) -> list[Columns]:
        """Columns of each signal's row."""
        signals = self.rows.signals.values()
        return [_row(signal, _SIGNAL_PARTS) | self.slots.of_signal(signal.item_id) for signal in signals]


def _row(item: ItemRow, names: tuple[str, ...]) -> dict[str, Value | Sequence[int | None]]:
    return {"item": item.item_id, "status": item.status, "attempt": item.attempt, **_texts(item.parts, names)}


def _texts(parts: Mapping[str, Part], names: tuple[str, ...]) -> dict[str, str | None]:
    return {name: canonical_text(parts[name]) if name in parts else None for name in names}
