# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract, JsonObject
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import ErrorCode, RunId, Sha256, SignalId, StepId, TenantId
from ...glossary.v1.status import CancelCode, RunStatus, RunSubstatus
from ...glossary.v1.time import Instant
from ...plan.v1.plan_ref import PlanRef
from .builds import Builds
from .run_context import RunContext
from .signal_snapshot import SignalSnapshot
from .step_snapshot import StepSnapshot


class PauseType(StrEnum):
    """Which of the events of a pause came last."""

    RUN_PAUSED = "RunPaused"
    RUN_DRAINED = "RunDrained"
    RUN_RESUMED = "RunResumed"


class RunCancellingPart(Contract):
    """Part written by RunCancelling."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    code: CancelCode
    """Kind of end."""
    signal_id: Annotated[SignalId, Field(alias="signalId")]
    """Signal that this is about."""


class RunEndedPart(Contract):
    """Part written by the terminal event."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    code: ErrorCode | MISSING = MISSING
    """Why, unless completed."""
    message: Annotated[StrictStr | MISSING, Field(max_length=4096)] = MISSING
    """Text for people; in no hash."""


class RunFailingPart(Contract):
    """Part written by RunFailing."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    code: ErrorCode
    """STEP_FAILED or RUN_DEADLINE."""
    step_id: Annotated[StepId | MISSING, Field(alias="stepId")] = MISSING
    """The step that is out of attempts."""


class RunPausePart(Contract):
    """Part written by pause events."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    event_type: Annotated[PauseType, Field(alias="eventType", title="PauseType")]
    """Which of the events of a pause came last."""


class RunQueuedPart(Contract):
    """Part written by RunQueued."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    plan_ref: Annotated[PlanRef, Field(alias="planRef")]
    """Reference of the plan that is run."""
    inputs: JsonObject
    """Inputs as given."""
    context: RunContext
    """Who and where."""
    parent_run_id: Annotated[RunId | MISSING, Field(alias="parentRunId")] = MISSING
    """Run that this one retries."""


class RunStartedPart(Contract):
    """Part written by RunStarted."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    step_count: Annotated[StrictInt, Field(alias="stepCount", ge=1, le=10000)]
    """Steps of the plan."""
    inputs_hash: Annotated[Sha256, Field(alias="inputsHash")]
    """Hash of the effective inputs."""
    builds: Builds
    """Versions of what decides, drives and folds."""


class RunSnapshot(Contract):
    """The fold of one run's log: what the projector and the live projection must agree on byte by byte."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    projector_version: Annotated[StrictStr, Field(alias="projectorVersion", max_length=16, min_length=1)]
    """Version of the projector's rules."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant that owns it."""
    status: RunStatus
    """Current status."""
    substatus: RunSubstatus | MISSING = MISSING
    """Current substatus, if any."""
    last_run_seq: Annotated[StrictInt, Field(alias="lastRunSeq", ge=0, le=9007199254740991)]
    """runSeq of the last event."""
    queued: RunQueuedPart | MISSING = MISSING
    """From RunQueued."""
    started: RunStartedPart | MISSING = MISSING
    """From RunStarted."""
    pause: RunPausePart | MISSING = MISSING
    """From the latest RunPaused, RunDrained or RunResumed."""
    failing: RunFailingPart | MISSING = MISSING
    """From RunFailing."""
    cancelling: RunCancellingPart | MISSING = MISSING
    """From the latest RunCancelling."""
    ended: RunEndedPart | MISSING = MISSING
    """From the terminal event."""
    steps: Sequence[StepSnapshot]
    """Steps that have events, in order of step id."""
    signals: Sequence[SignalSnapshot]
    """Signals, in order of signal id."""
