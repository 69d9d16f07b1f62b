# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated, Literal

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt

from ...engine.v1.builds import Builds
from ...engine.v1.engine_run_ref import EngineRunRef
from ...glossary.v1.ids import (
    ContractVersion,
    EnvironmentId,
    EventId,
    IdempotencyKey,
    PlanId,
    PlanVersion,
    ProjectId,
    RunId,
    Sha256,
    TenantId,
)
from ...glossary.v1.time import Instant


class RunStartedPayload(Contract):
    """What RunStarted carries."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step_count: Annotated[StrictInt, Field(alias="stepCount", ge=1, le=10000)]
    """Steps of the plan."""
    inputs_hash: Annotated[Sha256, Field(alias="inputsHash")]
    """Hash of the effective inputs, defaults applied."""
    builds: Builds
    """Versions that decide."""
    engine: EngineRunRef | MISSING = MISSING
    """Where it runs."""


class RunStarted(Contract):
    """The plan was fetched and found right; steps follow."""

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
    event_type: Annotated[Literal["RunStarted"], Field(alias="eventType")] = "RunStarted"
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
    payload: Annotated[RunStartedPayload, Field(title="RunStartedPayload")]
    """What RunStarted carries."""
