# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated, Literal

from dvt_contracts.base import Contract, JsonObject
from pydantic import MISSING, ConfigDict, Field

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
from ...glossary.v1.status import SignalEffect, SignalType
from ...glossary.v1.time import Instant


class SignalAppliedPayload(Contract):
    """What SignalApplied carries."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    signal_type: Annotated[SignalType, Field(alias="signalType")]
    """Which signal."""
    effect: SignalEffect
    """What it came to."""
    code: ErrorCode | MISSING = MISSING
    """Why it was moot, by the signal table."""
    parameters: JsonObject | MISSING = MISSING
    """Changed parameters, for update-parameters."""


class SignalApplied(Contract):
    """The signal took effect, or was moot."""

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
    event_type: Annotated[Literal["SignalApplied"], Field(alias="eventType")] = "SignalApplied"
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
    payload: Annotated[SignalAppliedPayload, Field(title="SignalAppliedPayload")]
    """What SignalApplied carries."""
