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
    """Why moot."""
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
    """Owner of the run."""
    project_id: Annotated[ProjectId, Field(alias="projectId")]
    """Project."""
    environment_id: Annotated[EnvironmentId, Field(alias="environmentId")]
    """Environment."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """The run."""
    plan_id: Annotated[PlanId, Field(alias="planId")]
    """Plan."""
    plan_version: Annotated[PlanVersion, Field(alias="planVersion")]
    """Version."""
    idempotency_key: Annotated[IdempotencyKey, Field(alias="idempotencyKey")]
    """Key of the append."""
    emitted_at: Annotated[Instant, Field(alias="emittedAt")]
    """The producer's clock."""
    signal_id: Annotated[SignalId, Field(alias="signalId")]
    """The signal."""
    payload: Annotated[SignalAppliedPayload, Field(title="SignalAppliedPayload")]
    """What SignalApplied carries."""
