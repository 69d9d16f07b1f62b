# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated, Literal

from dvt_contracts.base import Contract, JsonValue
from pydantic import MISSING, ConfigDict, Field, StrictInt

from ...engine.v1.artifact_ref import ArtifactRef
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
    StepId,
    TenantId,
)
from ...glossary.v1.time import Instant


class StepCompletedPayload(Contract):
    """What StepCompleted carries."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    output_hash: Annotated[Sha256, Field(alias="outputHash")]
    """Hash of the output value, inline or spilled."""
    output: JsonValue | MISSING = MISSING
    """The output, up to 16 KiB of canonical text; absent when spilled."""
    output_artifact: Annotated[ArtifactRef | MISSING, Field(alias="outputArtifact")] = MISSING
    """Where a larger output was spilled."""
    artifacts: Annotated[Sequence[ArtifactRef], Field(max_length=100)]
    """Artifacts that the step wrote, in order of name."""
    step_key: Annotated[Sha256 | MISSING, Field(alias="stepKey")] = MISSING
    """Hash of definition, resolved inputs and code version; absent without a code version."""
    reused_from: Annotated[RunId | MISSING, Field(alias="reusedFrom")] = MISSING
    """Run whose result was reused."""


class StepCompleted(Contract):
    """The attempt succeeded, or a result was reused."""

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
    event_type: Annotated[Literal["StepCompleted"], Field(alias="eventType")] = "StepCompleted"
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
    payload: Annotated[StepCompletedPayload, Field(title="StepCompletedPayload")]
    """What StepCompleted carries."""
