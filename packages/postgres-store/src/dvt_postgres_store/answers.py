"""What `dvt.append` answers, as the contract's AppendResult."""

from dataclasses import dataclass
from datetime import datetime

from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.store.v1.append_result import (
    Appended,
    AppendResult,
    Duplicate,
    Illegal,
    Superseded,
    UnknownRun,
)

from dvt_postgres_store.rows import instant, record, run_state


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of the type `dvt.answer`."""

    outcome: str
    run_seq: int | None
    persisted_at: datetime | None
    body: str | None
    attempt_run_seq: int | None
    attempt_persisted_at: datetime | None
    attempt_body: str | None
    run_state: str | None
    last_run_seq: int | None
    running_steps: int | None
    subject: str | None
    item_status: str | None
    attempt: int | None

    def result(self) -> AppendResult:
        """What became of the event."""
        match self.outcome:
            case "appended":
                at = instant(self.persisted_at) if self.persisted_at else ""
                return Appended.parse({"runSeq": self.run_seq, "persistedAt": at})
            case "duplicate":
                found: dict[str, object] = {"record": _record(self.run_seq, self.persisted_at, self.body)}
                outcome = _record(self.attempt_run_seq, self.attempt_persisted_at, self.attempt_body)
                return Duplicate.parse(found | ({"attemptOutcome": outcome} if outcome else {}))
            case "superseded":
                return Superseded.parse({"record": _record(self.run_seq, self.persisted_at, self.body)})
            case "illegal":
                return Illegal.parse({"state": self._state()})
            case _:
                return UnknownRun()

    def _state(self) -> dict[str, object]:
        run = run_state(self.run_state or "")
        state: dict[str, object] = {
            "runStatus": run.status,
            "lastRunSeq": self.last_run_seq,
            "runningSteps": self.running_steps,
        }
        if run.substatus:
            state["runSubstatus"] = run.substatus
        if self.subject == "step":
            state |= {"stepStatus": self.item_status, "attempt": self.attempt}
        if self.subject == "signal" and self.item_status != "NONE":
            state["signalStatus"] = self.item_status
        return state


@dataclass(frozen=True, slots=True)
class NumberedAnswer(Answer):
    """A row of `append_many`: the answer to the item of this number, from 1."""

    item: int


def _record(run_seq: int | None, persisted_at: datetime | None, body: str | None) -> RawRecord | None:
    if run_seq is None or persisted_at is None or body is None:
        return None
    return record(run_seq, persisted_at, body)
