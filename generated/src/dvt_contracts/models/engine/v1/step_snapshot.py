# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract, JsonValue
from pydantic import MISSING, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from ...glossary.v1.ids import ErrorCode, RunId, Sha256, StepId
from ...glossary.v1.status import SkipCode, StepStatus
from ...glossary.v1.time import Instant
from .artifact_ref import ArtifactRef


class OutcomeType(StrEnum):
    """Which outcome."""

    STEP_COMPLETED = "StepCompleted"
    STEP_FAILED = "StepFailed"
    STEP_CANCELLED = "StepCancelled"


class StepOutcome(Contract):
    """Part written by the outcome of an attempt."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    attempt: Annotated[StrictInt, Field(ge=1, le=9007199254740991)]
    """Logical attempt of the event."""
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    event_type: Annotated[OutcomeType, Field(alias="eventType", title="OutcomeType")]
    """Which outcome."""
    output_hash: Annotated[Sha256 | MISSING, Field(alias="outputHash")] = MISSING
    """Hash of the output value (completed)."""
    output: JsonValue | MISSING = MISSING
    """The inline output (completed)."""
    output_artifact: Annotated[ArtifactRef | MISSING, Field(alias="outputArtifact")] = MISSING
    """Where a large output was spilled (completed)."""
    artifacts: Annotated[Sequence[ArtifactRef] | MISSING, Field(max_length=100)] = MISSING
    """Artifacts (completed)."""
    code: ErrorCode | MISSING = MISSING
    """Error or cancel code (failed, cancelled)."""
    message: Annotated[StrictStr | MISSING, Field(max_length=4096)] = MISSING
    """Error text, for people (failed)."""
    retry_at: Annotated[Instant | MISSING, Field(alias="retryAt")] = MISSING
    """When the next attempt may start (failed)."""
    final: StrictBool | MISSING = MISSING
    """True when no attempt follows (failed)."""
    reused_from: Annotated[RunId | MISSING, Field(alias="reusedFrom")] = MISSING
    """Run whose result was reused (completed)."""


class StepRedelivery(Contract):
    """Part written by StepRedelivered."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    attempt: Annotated[StrictInt, Field(ge=1, le=9007199254740991)]
    """Logical attempt of the event."""
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    engine_attempt_id: Annotated[StrictInt | MISSING, Field(alias="engineAttemptId", ge=1, le=9007199254740991)] = (
        MISSING
    )
    """Delivery number by the engine, where one wrote the event."""


class StepSkip(Contract):
    """Part written by StepSkipped."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    attempt: Annotated[StrictInt, Field(ge=1, le=9007199254740991)]
    """Logical attempt of the event."""
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    code: SkipCode
    """Why it was skipped."""
    cause_step_id: Annotated[StepId | MISSING, Field(alias="causeStepId")] = MISSING
    """The step that caused it."""


class StepStart(Contract):
    """Part written by StepStarted."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    attempt: Annotated[StrictInt, Field(ge=1, le=9007199254740991)]
    """Logical attempt of the event."""
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    engine_attempt_id: Annotated[StrictInt | MISSING, Field(alias="engineAttemptId", ge=1, le=9007199254740991)] = (
        MISSING
    )
    """Delivery number by the engine, where one wrote the event."""
    inputs_version: Annotated[StrictInt, Field(alias="inputsVersion", ge=0, le=9007199254740991)]
    """0, or runSeq of the update of parameters that the attempt uses."""
    effect_key: Annotated[Sha256, Field(alias="effectKey")]
    """Key handed to the executor for its effects."""


class StepSnapshot(Contract):
    """A step that has events: status and attempt by the transition table, and parts, each computed from one event
    alone.
    """

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """Step that this is about."""
    status: StepStatus
    """Current status."""
    attempt: Annotated[StrictInt, Field(ge=0, le=9007199254740991)]
    """Current logical attempt; 0 before the first."""
    start: StepStart | MISSING = MISSING
    """From the latest StepStarted."""
    redelivery: StepRedelivery | MISSING = MISSING
    """From the latest StepRedelivered."""
    outcome: StepOutcome | MISSING = MISSING
    """From the latest StepCompleted, StepFailed or StepCancelled."""
    skip: StepSkip | MISSING = MISSING
    """From StepSkipped."""
