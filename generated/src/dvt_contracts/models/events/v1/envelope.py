# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field

from ...glossary.v1.ids import (
    ContractVersion,
    EnvironmentId,
    EventId,
    EventTypeName,
    IdempotencyKey,
    PlanId,
    PlanVersion,
    ProjectId,
    RunId,
    TenantId,
)
from ...glossary.v1.time import Instant


class Envelope(Contract):
    """What every event of a run carries, in write shape;

    payloads and subject ids come with the type. Open: readers keep what they do not know.
    """

    model_config = ConfigDict(
        extra="allow",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    envelope_version: Annotated[ContractVersion, Field(alias="envelopeVersion")]
    """Version of this envelope."""
    event_id: Annotated[EventId, Field(alias="eventId")]
    """Identity on every wire."""
    event_type: Annotated[EventTypeName, Field(alias="eventType")]
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
