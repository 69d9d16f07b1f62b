# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictBool, StrictStr

from ...glossary.v1.ids import CapabilityId, ContractVersion, ErrorCode
from ...glossary.v1.status import CancelCode, Role, SignalEffect, SignalType


class DependentsCondition(StrEnum):
    """State of the steps that depend directly on the step: all PENDING, or at least one not."""

    ALL_PENDING = "all-pending"
    SOME_NOT_PENDING = "some-not-pending"


class RunStateName(StrEnum):
    """State of a run as status or status/substatus, as in the transition tables."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    RUNNING_FAILING = "RUNNING/FAILING"
    RUNNING_CANCELLING = "RUNNING/CANCELLING"
    PAUSED_DRAINING = "PAUSED/DRAINING"
    PAUSED_DRAINED = "PAUSED/DRAINED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class SignalEffectName(StrEnum):
    """pause-run: RunPaused.

    resume-run: RunResumed, then what waited is decided. end-pending-run: RunCancelled from PENDING.
    begin-cancelling: RunResumed if paused, RunCancelling CANCELLED, then `cancelGraceMs`. begin-emergency-stop: the
    same with EMERGENCY_STOP, no grace, no clean-up steps. start-attempt: the next attempt starts now instead of at
    its timer. grant-attempt: one attempt more than the policy gives. skip-step: StepSkipped BY_OPERATOR.
    update-parameters: dispatches from now on use the new inputs. start-linked-run: a new run whose parent is this
    one.
    """

    PAUSE_RUN = "pause-run"
    RESUME_RUN = "resume-run"
    END_PENDING_RUN = "end-pending-run"
    BEGIN_CANCELLING = "begin-cancelling"
    BEGIN_EMERGENCY_STOP = "begin-emergency-stop"
    START_ATTEMPT = "start-attempt"
    GRANT_ATTEMPT = "grant-attempt"
    SKIP_STEP = "skip-step"
    UPDATE_PARAMETERS = "update-parameters"
    START_LINKED_RUN = "start-linked-run"


class SignalRowDecision(StrEnum):
    """Answer of the engine service, recorded before the signal acts: `accepted` (SignalAccepted), `rejected`
    (SignalRejected with the code), `refused` (told to the caller and the audit, nothing in the run).
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REFUSED = "refused"


class SignalRule(Contract):
    """What a signal is: who may send it, what it carries."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    signal: SignalType
    """Signal that this is about."""
    role: Role
    """The weakest role that may send it."""
    reason_required: Annotated[StrictBool, Field(alias="reasonRequired")]
    """True for destructive signals: without a reason they are refused with REASON_REQUIRED."""
    arguments: Annotated[StrictStr, Field(pattern="^signals/v1/[a-z_]+_arguments$")]
    """Schema of the payload, by its path under schemas, without `.json`."""
    capability: CapabilityId
    """Capability that an engine must have to take it."""
    does: Annotated[StrictStr, Field(max_length=256, min_length=1)]
    """What it does, for people."""


class StepCondition(StrEnum):
    """Status of the step that a signal names; UNKNOWN when the plan has no such step."""

    UNKNOWN = "UNKNOWN"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


class SignalRow(Contract):
    """One corner: where all conditions hold, this is the answer.

    Rows are looked up in their order, the first that fits answers. A condition that is absent holds always. The
    decision knows run status and step status only; of a row with other conditions it uses none.
    """

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    row: Annotated[
        StrictStr,
        Field(max_length=64, pattern="^[a-z]+(-[a-z]+)*(\\.[a-z]+(-[a-z]+)*)+$"),
    ]
    """Name of the row; never used again for another."""
    signals: Annotated[Sequence[SignalType], Field(min_length=1)]
    """The signals that the row is about."""
    run: Annotated[Sequence[RunStateName] | MISSING, Field(min_length=1)] = MISSING
    """States of the run, one of which it is in."""
    step: Annotated[Sequence[StepCondition] | MISSING, Field(min_length=1)] = MISSING
    """States of the step that the signal names, one of which it is in."""
    waits_for_retry: Annotated[StrictBool | MISSING, Field(alias="waitsForRetry")] = MISSING
    """Whether the step is FAILED with a `retryAt`, so that its timer will start the next attempt."""
    dependents: Annotated[DependentsCondition | MISSING, Field(title="DependentsCondition")] = MISSING
    """State of the steps that depend directly on the step: all PENDING, or at least one not."""
    cancel_code: Annotated[CancelCode | MISSING, Field(alias="cancelCode")] = MISSING
    """Kind of the end that the run is already on its way to."""
    inputs_valid: Annotated[StrictBool | MISSING, Field(alias="inputsValid")] = MISSING
    """Whether the inputs, with the changes, fit the plan's schema."""
    steps_done: Annotated[StrictBool | MISSING, Field(alias="stepsDone")] = MISSING
    """Whether every step of the run is terminal and none waits for a retry."""
    decision: Annotated[SignalRowDecision, Field(title="SignalRowDecision")]
    """Answer of the engine service, recorded before the signal acts: `accepted` (SignalAccepted), `rejected`
    (SignalRejected with the code), `refused` (told to the caller and the audit, nothing in the run).
    """
    application: SignalEffect | MISSING = MISSING
    """Answer of the interpreter when it meets this corner; absent where no accepted signal can."""
    code: ErrorCode | MISSING = MISSING
    """Code of a rejected, refused or moot signal."""
    effect: SignalEffectName | MISSING = MISSING
    """What an applied signal, or an accepted retry-run, brings about."""
    note: Annotated[StrictStr | MISSING, Field(max_length=512, min_length=1)] = MISSING
    """More for people."""


class SignalTable(Contract):
    """The signals as data: who may send which, and what each comes to in every state; code only looks up."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    version: ContractVersion
    """Version of the table."""
    signals: Sequence[SignalRule]
    """Every signal."""
    rows: Sequence[SignalRow]
    """The corners, in the order in which they are looked up."""
