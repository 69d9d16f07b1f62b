# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field

from ...glossary.v1.ids import ErrorCode, RunId, SignalId


class SignalVerdict(StrEnum):
    """`accepted` signals will be delivered; `rejected` have no effect."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class SignalDecision(Contract):
    """Answer to a signal: recorded before it acts."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    signal_id: Annotated[SignalId, Field(alias="signalId")]
    """Signal that this is about."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    decision: Annotated[SignalVerdict, Field(title="SignalVerdict")]
    """`accepted` signals will be delivered; `rejected` have no effect."""
    code: ErrorCode | MISSING = MISSING
    """Why rejected."""
