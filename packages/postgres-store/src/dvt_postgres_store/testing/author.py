"""Valid events of one run by type and subject, for tests that care about order and state rather than content."""

from hashlib import sha256
from typing import Final

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.loader import AnyEvent, parse_event
from dvt_contracts.models.events.v1.run_queued import RunQueued
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSubject
from dvt_engine_core.idempotency import RUN, event_key
from dvt_engine_core.ports.store import NewRun, RunKey
from dvt_engine_core.system import SystemClock, SystemIds
from dvt_engine_core.transitions import RULES

_HASH: Final = "ab" * 32
_ACTOR: Final[JsonObject] = {"actorId": "somebody", "role": "Operator", "authenticated": False}
_CANCEL: Final = {"code": "CANCELLED", "signalId": "signal-1"}
_PAYLOADS: Final[dict[str, JsonObject]] = {
    "RunStarted": {
        "stepCount": 3,
        "inputsHash": _HASH,
        "builds": {"core": "0.1.0", "adapter": "0.1.0", "projector": "1"},
    },
    "RunFailing": {"code": "STEP_FAILED", "stepId": "a"},
    "RunCancelling": _CANCEL,
    "RunCancelled": _CANCEL,
    "RunFailed": {"code": "STEP_FAILED"},
    "StepStarted": {"inputsVersion": 0, "effectKey": _HASH},
    "StepCompleted": {"outputHash": _HASH, "output": {"rows": 3, "ratio": 0.1, "name": "größe"}, "artifacts": []},
    "StepFailed": {"code": "BROKEN", "message": "it broke"},
    "StepCancelled": {"code": "RUN_CANCELLED"},
    "StepSkipped": {"code": "UPSTREAM_FAILED"},
    "SignalAccepted": {"signalType": "cancel", "arguments": {}, "actor": _ACTOR},
    "SignalRejected": {"signalType": "cancel", "actor": _ACTOR, "code": "RUN_ENDING"},
    "SignalApplied": {"signalType": "cancel", "effect": "applied"},
}


class RunAuthor:
    """Writes the events of one run; keys follow the formula, ids and times are fresh."""

    def __init__(self, tenant_id: str = "local", *, run_id: str | None = None, plan_version: str = "1") -> None:
        self.key = RunKey(tenant_id, run_id or SystemIds().run_id())
        self._plan_version = plan_version

    def new_run(
        self, *, start_key: str | None = None, fingerprint: str = "one", inputs: JsonObject | None = None
    ) -> NewRun:
        """The run itself; `fingerprint` is any text."""
        queued = self.event("RunQueued", inputs=inputs or {})
        if not isinstance(queued, RunQueued):
            raise TypeError(queued)
        return NewRun(self.key, queued, sha256(fingerprint.encode()).hexdigest(), start_key)

    def event(self, event_type: str, subject: str | None = None, ordinal: int = 1, **payload: JsonValue) -> AnyEvent:
        """An event of a type, known or not; `payload` adds to what every payload of the type needs.

        Shape: `subject` is the step or signal id; `ordinal` the logical attempt, or the occurrence of a run event.
        """
        document: dict[str, JsonValue] = {
            "envelopeVersion": "0.1",
            "eventId": SystemIds().event_id(),
            "eventType": event_type,
            "tenantId": self.key.tenant_id,
            "projectId": "default",
            "environmentId": "dev",
            "runId": self.key.run_id,
            "planId": "sample",
            "planVersion": self._plan_version,
            "idempotencyKey": self.idempotency_key(event_type, subject or RUN, ordinal),
            "emittedAt": SystemClock().now(),
            "payload": {**self._payload(event_type), **payload},
        }
        subject_kind = RULES[event_type].subject if event_type in RULES else None
        if subject_kind is EventSubject.RUN:
            document["occurrence"] = ordinal
        if subject_kind is EventSubject.STEP:
            document |= {"stepId": subject, "logicalAttemptId": ordinal}
        if subject_kind is EventSubject.SIGNAL:
            document["signalId"] = subject
        return parse_event(document)

    def idempotency_key(self, event_type: str, subject: str, ordinal: int) -> str:
        """The key that an event has."""
        return event_key(
            run_id=self.key.run_id,
            subject=subject,
            ordinal=ordinal,
            event_type=event_type,
            plan_id="sample",
            plan_version=self._plan_version,
        )

    def _payload(self, event_type: str) -> JsonObject:
        if event_type != "RunQueued":
            return _PAYLOADS.get(event_type, {})
        context: JsonObject = {
            "tenantId": self.key.tenant_id,
            "projectId": "default",
            "environmentId": "dev",
            "actor": _ACTOR,
        }
        plan: JsonObject = {
            "address": f"dvt-plan:sha256/{_HASH}",
            "sha256": _HASH,
            "planId": "sample",
            "planVersion": self._plan_version,
        }
        return {"planRef": plan, "inputs": {}, "context": context}
