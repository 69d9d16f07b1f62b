# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated, Literal

from dvt_contracts.base import Contract, JsonObject
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...engine.v1.run_context import RunContext
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
    StartKey,
    TenantId,
)
from ...glossary.v1.time import Instant
from ...plan.v1.plan_ref import PlanRef


class RunQueuedPayload(Contract):
    """What RunQueued carries."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    plan_ref: Annotated[PlanRef, Field(alias="planRef")]
    """Reference of the plan that is run."""
    inputs: JsonObject
    """Inputs as given."""
    context: RunContext
    """Who and where."""
    start_key: Annotated[StartKey | MISSING, Field(alias="startKey")] = MISSING
    """Key of the start, if the caller gave one."""
    parent_run_id: Annotated[RunId | MISSING, Field(alias="parentRunId")] = MISSING
    """Run that this one retries."""
    signal_id: Annotated[SignalId | MISSING, Field(alias="signalId")] = MISSING
    """The signal retry-run that asked for this run, if one did; equal to `startKey`."""
    reason: Annotated[StrictStr | MISSING, Field(max_length=1024)] = MISSING
    """Why that signal was sent, for people."""


class RunQueued(Contract):
    """The run exists: first event of every log."""

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
    event_type: Annotated[Literal["RunQueued"], Field(alias="eventType")] = "RunQueued"
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
    payload: Annotated[RunQueuedPayload, Field(title="RunQueuedPayload")]
    """What RunQueued carries."""
