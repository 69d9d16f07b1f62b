# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated, Literal

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictInt

from ...glossary.v1.ids import (
    ContractVersion,
    EnvironmentId,
    EventId,
    IdempotencyKey,
    PlanId,
    PlanVersion,
    ProjectId,
    RunId,
    SignalId,
    TenantId,
)
from ...glossary.v1.status import CancelCode
from ...glossary.v1.time import Instant


class RunCancellingPayload(Contract):
    """What RunCancelling carries."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    code: CancelCode
    """Kind of end."""
    signal_id: Annotated[SignalId, Field(alias="signalId")]
    """Signal that this is about."""


class RunCancelling(Contract):
    """The run will be cancelled; recorded before anything it causes."""

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
    event_type: Annotated[Literal["RunCancelling"], Field(alias="eventType")] = "RunCancelling"
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
    occurrence: Annotated[StrictInt, Field(ge=1, le=9007199254740991)]
    """1 + the number of events of this type in the state that decided."""
    payload: Annotated[RunCancellingPayload, Field(title="RunCancellingPayload")]
    """What RunCancelling carries."""
