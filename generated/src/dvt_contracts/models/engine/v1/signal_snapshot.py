# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictStr

from ...glossary.v1.ids import ErrorCode, SignalId
from ...glossary.v1.status import SignalEffect, SignalType
from ...glossary.v1.time import Instant
from .actor import Actor


class SignalApplicationPart(Contract):
    """Part written by the application."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    effect: SignalEffect
    """What it came to."""
    code: ErrorCode | MISSING = MISSING
    """Why it was moot, by the signal table."""


class SignalDecisionPart(Contract):
    """Part written by the decision."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    at: Instant
    """`emittedAt` of the event, by the producer's clock."""
    signal_type: Annotated[SignalType, Field(alias="signalType")]
    """Which signal."""
    actor: Actor
    """Who asked for it."""
    reason: Annotated[StrictStr | MISSING, Field(max_length=1024)] = MISSING
    """Why, for people."""
    code: ErrorCode | MISSING = MISSING
    """Why refused."""


class SignalStatus(StrEnum):
    """By the transition table."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    APPLIED = "APPLIED"


class SignalSnapshot(Contract):
    """A signal that has events."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    signal_id: Annotated[SignalId, Field(alias="signalId")]
    """Signal that this is about."""
    status: Annotated[SignalStatus, Field(title="SignalStatus")]
    """By the transition table."""
    decision: SignalDecisionPart | MISSING = MISSING
    """From SignalAccepted or SignalRejected."""
    application: SignalApplicationPart | MISSING = MISSING
    """From SignalApplied."""
