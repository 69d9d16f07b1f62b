# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract, JsonValue
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import (
    ErrorCode,
    PlanId,
    PlanVersion,
    RunId,
    Sha256,
    StepId,
    TenantId,
)
from ...glossary.v1.status import RunStatus, RunSubstatus, StepStatus
from ...glossary.v1.time import Instant
from .artifact_ref import ArtifactRef


class StepReport(Contract):
    """A step as the command line shows it."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """Step that this is about."""
    status: StepStatus
    """Status as of now."""
    attempt: Annotated[StrictInt, Field(ge=0, le=9007199254740991)]
    """Logical attempt."""
    code: ErrorCode | MISSING = MISSING
    """Error, cancel or skip code."""
    message: Annotated[StrictStr | MISSING, Field(max_length=4096)] = MISSING
    """Error text, for people; in no hash."""
    output_hash: Annotated[Sha256 | MISSING, Field(alias="outputHash")] = MISSING
    """Hash of the output."""
    output: JsonValue | MISSING = MISSING
    """Inline output."""
    artifacts: Sequence[ArtifactRef] | MISSING = MISSING
    """Artifacts that the step wrote, in order of name."""
    started_at: Annotated[Instant | MISSING, Field(alias="startedAt")] = MISSING
    """Start of the latest attempt."""
    ended_at: Annotated[Instant | MISSING, Field(alias="endedAt")] = MISSING
    """End of the latest attempt."""


class RunReport(Contract):
    """A run as `dvt run get` and `dvt run start` print it."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant that owns it."""
    plan_id: Annotated[PlanId, Field(alias="planId")]
    """Name of the plan that is run."""
    plan_version: Annotated[PlanVersion, Field(alias="planVersion")]
    """Version of the plan; compared by equality only."""
    plan_hash: Annotated[Sha256, Field(alias="planHash")]
    """SHA-256 of the plan's bytes."""
    status: RunStatus
    """Status as of now."""
    substatus: RunSubstatus | MISSING = MISSING
    """Substatus, if any."""
    code: ErrorCode | MISSING = MISSING
    """Why it failed or was cancelled."""
    message: Annotated[StrictStr | MISSING, Field(max_length=4096)] = MISSING
    """Text for people; in no hash."""
    last_run_seq: Annotated[StrictInt, Field(alias="lastRunSeq", ge=0, le=9007199254740991)]
    """Events so far."""
    outcome_hash: Annotated[Sha256 | None, Field(alias="outcomeHash")]
    """Hash of what the run came to; null while it is open."""
    state_hash: Annotated[Sha256, Field(alias="stateHash")]
    """Hash of the snapshot."""
    history_hash: Annotated[Sha256, Field(alias="historyHash")]
    """Head of the hash chain."""
    projector_version: Annotated[StrictStr, Field(alias="projectorVersion")]
    """Version of the projector's rules."""
    queued_at: Annotated[Instant, Field(alias="queuedAt")]
    """When queued."""
    started_at: Annotated[Instant | MISSING, Field(alias="startedAt")] = MISSING
    """When started."""
    ended_at: Annotated[Instant | MISSING, Field(alias="endedAt")] = MISSING
    """`emittedAt` of the terminal event."""
    steps: Sequence[StepReport]
    """All steps of the plan where it is known, in plan order; else those with events."""
