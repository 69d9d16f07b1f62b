"""One event in the words of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.events.v1.record import RawRecord

#: Status that a step shows after an event of this type.
STEP_STATUS = {
    "StepStarted": "RUNNING",
    "StepRedelivered": "RUNNING",
    "StepCompleted": "SUCCEEDED",
    "StepFailed": "FAILED",
    "StepSkipped": "SKIPPED",
    "StepCancelled": "CANCELLED",
}


@dataclass(frozen=True, slots=True)
class EventLine:
    """What a line about an event is made of; `subject` is a step or signal id, "" for the run."""

    run_seq: int
    at: str
    event_type: str
    subject: str
    attempt: int | None
    detail: str


def event_line(record: RawRecord) -> EventLine:
    """Take a record apart; unknown types keep their name and say nothing more."""
    event: JsonObject = record.event.document()
    payload = event.get("payload")
    attempt = event.get("logicalAttemptId")
    return EventLine(
        run_seq=record.run_seq,
        at=record.event.emitted_at,
        event_type=record.event.event_type,
        subject=str(event.get("stepId") or event.get("signalId") or ""),
        attempt=attempt if isinstance(attempt, int) else None,
        detail=_detail(event, payload if isinstance(payload, Mapping) else {}),
    )


def _detail(event: JsonObject, payload: Mapping[str, JsonValue]) -> str:
    match event.get("eventType"):
        case "StepFailed":
            again = f", again at {payload['retryAt']}" if "retryAt" in payload else ""
            return f"{payload.get('code')}: {payload.get('message', '')}{again}"
        case "StepRedelivered":
            return f"the worker was lost; delivery {event.get('engineAttemptId', '?')}"
        case "SignalAccepted":
            return f"{payload.get('signalType')}: {payload.get('reason', '')}"
        case "SignalApplied" | "SignalRejected":
            return " ".join(str(payload[name]) for name in ("signalType", "effect", "code") if name in payload)
        case _:
            return " ".join(str(payload[name]) for name in ("code", "stepId", "message") if name in payload)
