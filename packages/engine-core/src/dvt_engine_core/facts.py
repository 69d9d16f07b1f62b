"""Facts: what an event says, without who wrote it when. Decisions emit them, folds read them, a writer stamps them."""

from dataclasses import dataclass, field
from typing import TypeAlias

from dvt_contracts.base import Contract, Empty
from dvt_contracts.loader import AnyEvent, UnknownEvent, parse_event
from dvt_contracts.models.engine.v1.run_context import RunContext
from dvt_contracts.models.events.v1.catalog import RunEvent
from dvt_contracts.models.events.v1.run_cancelled import RunCancelledPayload
from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.run_paused import RunPausedPayload
from dvt_contracts.models.events.v1.run_queued import RunQueuedPayload
from dvt_contracts.models.events.v1.run_resumed import RunResumedPayload
from dvt_contracts.models.events.v1.run_started import RunStartedPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.signal_rejected import SignalRejectedPayload
from dvt_contracts.models.events.v1.step_cancelled import StepCancelledPayload
from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.events.v1.step_started import StepStartedPayload
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSubject
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from pydantic import MISSING

from dvt_engine_core.idempotency import RUN, event_key
from dvt_engine_core.transitions import RULES

ENVELOPE_VERSION = "0.1"

Payload: TypeAlias = (
    Empty
    | RunQueuedPayload
    | RunStartedPayload
    | RunPausedPayload
    | RunResumedPayload
    | RunFailingPayload
    | RunCancellingPayload
    | RunFailedPayload
    | RunCancelledPayload
    | StepStartedPayload
    | StepCompletedPayload
    | StepFailedPayload
    | StepSkippedPayload
    | StepCancelledPayload
    | SignalAcceptedPayload
    | SignalRejectedPayload
    | SignalAppliedPayload
)


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What every event of a run repeats."""

    tenant_id: str
    project_id: str
    environment_id: str
    run_id: str
    plan_id: str
    plan_version: str

    @classmethod
    def of(cls, run_id: str, *, plan: PlanRef, context: RunContext) -> "RunIdentity":
        """Identity of a run of `plan` in `context`."""
        return cls(
            tenant_id=context.tenant_id,
            project_id=context.project_id,
            environment_id=context.environment_id,
            run_id=run_id,
            plan_id=plan.plan_id,
            plan_version=plan.plan_version,
        )


@dataclass(frozen=True, slots=True)
class Stamp:
    """What only the outside can give an event: an id (UUIDv4) and the producer's time."""

    event_id: str
    emitted_at: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as the core sees it.

    Shape: `subject_id` is the step or signal id, None for run events; `ordinal` is the logical attempt of a
    step event, the occurrence of a run event, 1 for a signal event. Where it was read from a log, `emitted_at` is the
    producer's time and `run_seq` its place; neither is part of what it says.
    """

    event_type: str
    payload: Payload
    subject_id: str | None = None
    ordinal: int = 1
    emitted_at: str | None = field(default=None, compare=False)
    run_seq: int = field(default=0, compare=False)


def stamped(fact: Fact, run: RunIdentity, stamp: Stamp, *, engine_attempt: int | None = None) -> RunEvent:
    """Write a fact as an event in write shape, with its idempotency key.

    Raises: pydantic.ValidationError if the fact breaks the contract of its type.
    Source: RunEventCatalog; GLOSSARY, idempotency key.
    """
    subject = RULES[fact.event_type].subject
    document: dict[str, object] = {
        "envelopeVersion": ENVELOPE_VERSION,
        "eventId": stamp.event_id,
        "eventType": fact.event_type,
        "tenantId": run.tenant_id,
        "projectId": run.project_id,
        "environmentId": run.environment_id,
        "runId": run.run_id,
        "planId": run.plan_id,
        "planVersion": run.plan_version,
        "emittedAt": stamp.emitted_at,
        "payload": fact.payload,
        "idempotencyKey": event_key(
            run_id=run.run_id,
            subject=fact.subject_id or RUN,
            ordinal=fact.ordinal,
            event_type=fact.event_type,
            plan_id=run.plan_id,
            plan_version=run.plan_version,
        ),
    }
    match subject:
        case EventSubject.RUN:
            document["occurrence"] = fact.ordinal
        case EventSubject.STEP:
            document |= {"stepId": fact.subject_id, "logicalAttemptId": fact.ordinal}
            if engine_attempt is not None:
                document["engineAttemptId"] = engine_attempt
        case EventSubject.SIGNAL:  # pragma: no branch - mypy proves the match whole
            document["signalId"] = fact.subject_id
    event = parse_event(document)  # type: ignore[arg-type]  # the payload is a model already
    if isinstance(event, UnknownEvent):  # pragma: no cover - facts have known types
        raise TypeError(fact.event_type)
    return event


def fact_of(event: AnyEvent, run_seq: int = 0) -> Fact | None:
    """What an event says, recorded at `run_seq`; None for a type that this release does not know."""
    if isinstance(event, UnknownEvent):
        return None
    subject_id: str | None = getattr(event, "step_id", None) or getattr(event, "signal_id", None)
    ordinal: int = getattr(event, "logical_attempt_id", getattr(event, "occurrence", 1))
    payload: Payload = event.payload
    return Fact(event.event_type, payload, subject_id, ordinal, event.emitted_at, run_seq)


def is_reuse(payload: Contract) -> bool:
    """Whether a payload is that of a StepCompleted whose result was reused."""
    return isinstance(payload, StepCompletedPayload) and payload.reused_from is not MISSING
