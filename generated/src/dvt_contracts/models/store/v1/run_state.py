# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt

from ...glossary.v1.status import RunStatus, RunSubstatus, StepStatus


class SignalState(StrEnum):
    """Status of the event's signal."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    APPLIED = "APPLIED"


class RunState(Contract):
    """The state that an append was judged against."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    run_status: Annotated[RunStatus, Field(alias="runStatus")]
    """Status of the run."""
    run_substatus: Annotated[RunSubstatus | MISSING, Field(alias="runSubstatus")] = MISSING
    """Substatus, if any."""
    last_run_seq: Annotated[StrictInt, Field(alias="lastRunSeq", ge=0, le=9007199254740991)]
    """Last runSeq."""
    step_status: Annotated[StepStatus | MISSING, Field(alias="stepStatus")] = MISSING
    """Status of the event's step; absent where the event has none."""
    attempt: Annotated[StrictInt | MISSING, Field(ge=0, le=9007199254740991)] = MISSING
    """Current attempt of that step."""
    signal_status: Annotated[SignalState | MISSING, Field(alias="signalStatus", title="SignalState")] = MISSING
    """Status of the event's signal."""
    running_steps: Annotated[StrictInt, Field(alias="runningSteps", ge=0, le=10000)]
    """Steps that run."""
