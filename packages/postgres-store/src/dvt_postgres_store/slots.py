"""Which event of a log fills which slot: the part of the rows that only the append authority needs."""

from dvt_contracts.loader import UnknownEvent, parse_event
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_engine_core.facts import fact_of
from dvt_engine_core.transitions import RULES
from pydantic import MISSING


class Slots:
    """Slots filled by the events of one run, in `runSeq` order."""

    def __init__(self) -> None:
        self._filled: dict[tuple[str, str], dict[int, int]] = {}

    def fill(self, record: RawRecord) -> int | None:
        """Note the slot that a record fills, if any; the runSeq that it is filled by already, where it is."""
        event = parse_event(record.event.document())
        fact = fact_of(event)
        if fact is None or isinstance(event, UnknownEvent):
            return None
        slot = RULES[fact.event_type].slot
        if slot is not MISSING and fact.subject_id is not None:
            by = self._filled.setdefault((fact.subject_id, slot.value), {}).setdefault(fact.ordinal, record.run_seq)
            return by if by != record.run_seq else None
        return None

    def of_step(self, step_id: str) -> dict[str, list[int | None] | None]:
        """Columns of a step's row: runSeqs by attempt."""
        return {f"{slot}_seqs": self._by_attempt(step_id, slot) for slot in ("start", "outcome")}

    def of_signal(self, signal_id: str) -> dict[str, int | None]:
        """Columns of a signal's row."""
        slots = ("decision", "application")
        return {f"{slot}_seq": self._filled.get((signal_id, slot), {}).get(1) for slot in slots}

    def _by_attempt(self, step_id: str, slot: str) -> list[int | None] | None:
        filled = self._filled.get((step_id, slot))
        if not filled:
            return None
        return [filled.get(attempt) for attempt in range(1, max(filled) + 1)]
