# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated, Literal

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictStr

from ...engine.v1.actor import Actor
from ...glossary.v1.ids import (
    ContractVersion,
    EnvironmentId,
    ErrorCode,
    EventId,
    IdempotencyKey,
    PlanId,
    PlanVersion,
    ProjectId,
    RunId,
    SignalId,
    TenantId,
)
from ...glossary.v1.status import SignalType
from ...glossary.v1.time import Instant


class SignalRejectedPayload(Contract):
    """What SignalRejected carries."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    signal_type: Annotated[SignalType, Field(alias="signalType")]
    """Which signal."""
    actor: Actor
    """Who asked for it."""
    reason: Annotated[StrictStr | MISSING, Field(max_length=1024)] = MISSING
    """Why it was asked, for people."""
    code: ErrorCode
    """Why refused."""


class SignalRejected(Contract):
    """The signal was refused and has no effect."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    envelope_version: Annotated[ContractVersion, Field(alias="envelopeVersion")]
    """Version of this envelope."""
    event_id: Annotated[EventId, Field(alias="eventId")]
    """Identity on every wire."""
    event_type: Annotated[Literal["SignalRejected"], Field(alias="eventType")] = "SignalRejected"
    """Type of the event."""
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant that owns the run."""
    project_id: Annotated[ProjectId, Field(alias="projectId")]
    """Project within the tenant."""
    environment_id: Annotated[EnvironmentId, Field(alias="environmentId")]
    """Environment within the project, such as dev or prod."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    plan_id: Annotated[PlanId, Field(alias="planId")]
    """Name of the plan that is run."""
    plan_version: Annotated[PlanVersion, Field(alias="planVersion")]
    """Version of the plan; compared by equality only."""
    idempotency_key: Annotated[IdempotencyKey, Field(alias="idempotencyKey")]
    """Key of the append."""
    emitted_at: Annotated[Instant, Field(alias="emittedAt")]
    """The producer's clock."""
    signal_id: Annotated[SignalId, Field(alias="signalId")]
    """Signal that this is about."""
    payload: Annotated[SignalRejectedPayload, Field(title="SignalRejectedPayload")]
    """What SignalRejected carries."""
