# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum
from typing import Annotated, Literal

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt

from ...glossary.v1.ids import (
    ContractVersion,
    EnvironmentId,
    EventId,
    IdempotencyKey,
    PlanId,
    PlanVersion,
    ProjectId,
    RunId,
    StepId,
    TenantId,
)
from ...glossary.v1.time import Instant


class StepCancelCode(StrEnum):
    """RUN_CANCELLED, RUN_FAILING or EMERGENCY_STOP."""

    RUN_CANCELLED = "RUN_CANCELLED"
    RUN_FAILING = "RUN_FAILING"
    EMERGENCY_STOP = "EMERGENCY_STOP"


class StepCancelledPayload(Contract):
    """What StepCancelled carries."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    code: Annotated[StepCancelCode, Field(title="StepCancelCode")]
    """RUN_CANCELLED, RUN_FAILING or EMERGENCY_STOP."""


class StepCancelled(Contract):
    """The attempt was stopped by a cancel request."""

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
    event_type: Annotated[Literal["StepCancelled"], Field(alias="eventType")] = "StepCancelled"
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
    step_id: Annotated[StepId, Field(alias="stepId")]
    """Step that this is about."""
    logical_attempt_id: Annotated[StrictInt, Field(alias="logicalAttemptId", ge=1, le=9007199254740991)]
    """Business attempt, from 1."""
    engine_attempt_id: Annotated[StrictInt | MISSING, Field(alias="engineAttemptId", ge=1, le=9007199254740991)] = (
        MISSING
    )
    """Delivery number by the engine; diagnostic, in no key. Absent where no activity wrote the event."""
    payload: Annotated[StepCancelledPayload, Field(title="StepCancelledPayload")]
    """What StepCancelled carries."""
