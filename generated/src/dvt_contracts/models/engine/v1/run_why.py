# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import (
    ActorId,
    ErrorCode,
    PlanId,
    PlanVersion,
    RunId,
    SignalId,
    StepId,
)
from ...glossary.v1.status import RunStatus, RunSubstatus, SignalType, SkipCode
from ...glossary.v1.time import Instant


class ReasonKind(StrEnum):
    """Waiting: `not-loaded`, `dependency`, `no-worker`, `slot`, `running`, `retry-backoff`, `paused`, `signal`,
    `stopping`, `deadline`, `next-decision`.

    Ended: `completed`, `step-failed`, `deadline-passed`, `cancelled`, `refused`.
    """

    NOT_LOADED = "not-loaded"
    DEPENDENCY = "dependency"
    NO_WORKER = "no-worker"
    SLOT = "slot"
    RUNNING = "running"
    RETRY_BACKOFF = "retry-backoff"
    PAUSED = "paused"
    SIGNAL = "signal"
    STOPPING = "stopping"
    DEADLINE = "deadline"
    NEXT_DECISION = "next-decision"
    COMPLETED = "completed"
    STEP_FAILED = "step-failed"
    DEADLINE_PASSED = "deadline-passed"
    CANCELLED = "cancelled"
    REFUSED = "refused"


class Reason(Contract):
    """What is waited for, or what happened."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    kind: Annotated[ReasonKind, Field(title="ReasonKind")]
    """Waiting: `not-loaded`, `dependency`, `no-worker`, `slot`, `running`, `retry-backoff`, `paused`, `signal`,
    `stopping`, `deadline`, `next-decision`.

    Ended: `completed`, `step-failed`, `deadline-passed`, `cancelled`, `refused`.
    """
    text: Annotated[StrictStr, Field(max_length=4096)]
    """Text for people; in no hash."""
    step_id: Annotated[StepId | MISSING, Field(alias="stepId")] = MISSING
    """Step that this is about."""
    attempt: Annotated[StrictInt | MISSING, Field(ge=1, le=9007199254740991)] = MISSING
    """Its logical attempt."""
    waits_for: Annotated[Sequence[StepId] | MISSING, Field(alias="waitsFor", max_length=20)] = MISSING
    """Steps that are waited for, in plan order. At most 20."""
    code: ErrorCode | MISSING = MISSING
    """Error or cancel code."""
    message: Annotated[StrictStr | MISSING, Field(max_length=4096)] = MISSING
    """Error text, for people; in no hash."""
    since: Instant | MISSING = MISSING
    """Since when, or when it happened."""
    until: Instant | MISSING = MISSING
    """When it goes on by itself."""
    signal_id: Annotated[SignalId | MISSING, Field(alias="signalId")] = MISSING
    """Signal that this is about."""
    signal_type: Annotated[SignalType | MISSING, Field(alias="signalType")] = MISSING
    """Its type."""
    actor_id: Annotated[ActorId | MISSING, Field(alias="actorId")] = MISSING
    """Who sent it."""
    reason: Annotated[StrictStr | MISSING, Field(max_length=4096)] = MISSING
    """The reason that was given."""
    run_seq: Annotated[StrictInt | MISSING, Field(alias="runSeq", ge=1, le=9007199254740991)] = MISSING
    """The event that tells."""
    hint: Annotated[StrictStr | MISSING, Field(max_length=1024)] = MISSING
    """What to look at, or to do."""


class SkipLink(Contract):
    """A cause of a skip."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId | MISSING, Field(alias="stepId")] = MISSING
    """A step that was skipped or failed; absent where the run or an operator was the cause."""
    code: ErrorCode
    """Its skip or error code, or that of the run."""
    run_seq: Annotated[StrictInt, Field(alias="runSeq", ge=1, le=9007199254740991)]
    """The event that tells."""


class SkipChain(Contract):
    """A skipped step and what led to it."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """The skipped step."""
    code: SkipCode
    """Why it was skipped."""
    chain: Annotated[Sequence[SkipLink], Field(max_length=20)]
    """From the direct cause to the first one. At most 20."""
    run_seq: Annotated[StrictInt, Field(alias="runSeq", ge=1, le=9007199254740991)]
    """Its StepSkipped."""


class RunWhy(Contract):
    """What an open run waits for, or why a run ended as it did, told from plan and log alone;

    what `dvt run why` prints.
    """

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    plan_id: Annotated[PlanId, Field(alias="planId")]
    """Name of the plan that is run."""
    plan_version: Annotated[PlanVersion, Field(alias="planVersion")]
    """Version of the plan; compared by equality only."""
    status: RunStatus
    """Status as of now."""
    substatus: RunSubstatus | MISSING = MISSING
    """Substatus, if any."""
    last_run_seq: Annotated[StrictInt, Field(alias="lastRunSeq", ge=0, le=9007199254740991)]
    """Events that this is told from."""
    summary: Annotated[StrictStr, Field(max_length=4096)]
    """The answer in one sentence, for people."""
    reasons: Annotated[Sequence[Reason], Field(max_length=100)]
    """What the run waits for, or what made it end so; the weightiest first. At most 100."""
    left_out: Annotated[StrictInt, Field(alias="leftOut", ge=0, le=9007199254740991)]
    """Reasons beyond the list."""
    skipped: Annotated[Sequence[SkipChain], Field(max_length=100)]
    """Steps that were skipped, in plan order, each with the chain of causes. At most 100."""
