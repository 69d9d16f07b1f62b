"""Small valid runs and records, the same for the same numbers, for tests of order rather than content."""

from hashlib import sha256

from dvt_contracts.base import JsonValue
from dvt_contracts.models.events.v1.record import RawRecord

from dvt_engine_core.idempotency import event_key
from dvt_engine_core.ports.store import RunKey

AT = "2026-01-31T08:15:30.123Z"


def sample_run(number: int) -> RunKey:
    """A run of tenant `local`; its shard is `number` modulo 16."""
    return RunKey("local", f"019c12c3-5f10-7c2e-9b57-{number:012x}")


def sample_record(run: RunKey, run_seq: int, *, event_type: str = "StepRedelivered") -> RawRecord:
    """A record of a run; unknown types get what their envelope needs."""
    digest = sha256(f"{run.run_id}|{run_seq}".encode()).hexdigest()
    event: dict[str, JsonValue] = {
        "envelopeVersion": "0.1",
        "eventId": f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}",
        "eventType": event_type,
        "tenantId": run.tenant_id,
        "projectId": "default",
        "environmentId": "dev",
        "runId": run.run_id,
        "planId": "hello-world",
        "planVersion": "1",
        "idempotencyKey": event_key(
            run_id=run.run_id,
            subject="greet",
            ordinal=run_seq,
            event_type=event_type,
            plan_id="hello-world",
            plan_version="1",
        ),
        "emittedAt": AT,
        "stepId": "greet",
        "logicalAttemptId": run_seq,
        "payload": {},
    }
    return RawRecord.parse({"runSeq": run_seq, "persistedAt": AT, "event": event})
