# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import (
    ErrorCode,
    EventTypeName,
    PlanId,
    PlanVersion,
    RunId,
    Sha256,
    StepId,
)
from ...glossary.v1.status import RunStatus, SignalType


class ComparedRun(Contract):
    """One of the two runs."""

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
    plan_hash: Annotated[Sha256, Field(alias="planHash")]
    """SHA-256 of the plan's bytes."""
    status: RunStatus
    """Status as of now."""
    last_run_seq: Annotated[StrictInt, Field(alias="lastRunSeq", ge=0, le=9007199254740991)]
    """Events so far."""
    outcome_hash: Annotated[Sha256 | None, Field(alias="outcomeHash")]
    """Hash of what the run came to; null while it is open."""


class DiffVerdict(StrEnum):
    """`same-so-far`: equal as far as the shorter log of an open run goes."""

    SAME = "same"
    SAME_SO_FAR = "same-so-far"
    DIVERGED = "diverged"


class DivergenceCause(StrEnum):
    """Why: another plan, other inputs, another result of a step, another signal, another order of events that race, or
    another engine build.
    """

    PLAN = "plan"
    INPUT = "input"
    RESULT = "result"
    SIGNAL = "signal"
    ORDER = "order"
    ENGINE_BUILD = "engine-build"


class DivergentEvent(Contract):
    """An event of one of the runs."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    run_seq: Annotated[StrictInt, Field(alias="runSeq", ge=1, le=9007199254740991)]
    """Its place in the log."""
    event_type: Annotated[EventTypeName, Field(alias="eventType")]
    """Type of the event."""
    step_id: Annotated[StepId | MISSING, Field(alias="stepId")] = MISSING
    """Step, of step events."""
    attempt: Annotated[StrictInt | MISSING, Field(ge=1, le=9007199254740991)] = MISSING
    """Logical attempt, of step events."""
    signal_type: Annotated[SignalType | MISSING, Field(alias="signalType")] = MISSING
    """Signal, of signal events."""
    code: ErrorCode | MISSING = MISSING
    """Error, cancel or skip code."""
    output_hash: Annotated[Sha256 | MISSING, Field(alias="outputHash")] = MISSING
    """Hash of the output."""


class Divergence(Contract):
    """A place where the runs part."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    cause: Annotated[DivergenceCause, Field(title="DivergenceCause")]
    """Why: another plan, other inputs, another result of a step, another signal, another order of events that race, or
    another engine build.
    """
    step_id: Annotated[StepId | MISSING, Field(alias="stepId")] = MISSING
    """The step, if it is about one."""
    pointer: Annotated[StrictStr | MISSING, Field(max_length=4096, pattern="^(/([^~/]|~[01])*)*$")] = MISSING
    """First difference inside what differs: the plan, the inputs, the output, the arguments of the signal."""
    explanation: Annotated[StrictStr, Field(max_length=4096)]
    """Text for people; in no hash."""
    a: DivergentEvent | MISSING = MISSING
    """What happened in the first run; absent where nothing did."""
    b: DivergentEvent | MISSING = MISSING
    """What happened in the second run; absent where nothing did."""


class OutcomeComparison(StrEnum):
    """What the outcome hashes say; `open` while one of the runs is."""

    EQUAL = "equal"
    DIFFERENT = "different"
    OPEN = "open"


class RunDiff(Contract):
    """Where the logs of two runs first part, and why;

    what `dvt run diff` prints. Ids, keys and times of the runs never count.
    """

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    a: ComparedRun
    """The first run."""
    b: ComparedRun
    """The second run."""
    verdict: Annotated[DiffVerdict, Field(title="DiffVerdict")]
    """`same-so-far`: equal as far as the shorter log of an open run goes."""
    outcome: Annotated[OutcomeComparison, Field(title="OutcomeComparison")]
    """What the outcome hashes say; `open` while one of the runs is."""
    divergences: Annotated[Sequence[Divergence], Field(max_length=20)]
    """Where the runs part without an earlier divergence that led there, in causal order: the first is the answer.

    At most 20.
    """
