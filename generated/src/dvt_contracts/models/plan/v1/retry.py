# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictInt

from ...glossary.v1.ids import ErrorCode
from ...glossary.v1.time import DurationMs


class Backoff(StrEnum):
    """`fixed`: initialMs each time; `exponential`: doubled each time up to maxMs."""

    FIXED = "fixed"
    EXPONENTIAL = "exponential"


class RetryPolicy(Contract):
    """How often and when a failed step is tried again; no jitter, so that the log alone tells the next time."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    max_attempts: Annotated[StrictInt, Field(alias="maxAttempts", ge=1, le=100)] = 1
    """Attempts in all, the first included."""
    backoff: Annotated[Backoff, Field(title="Backoff")] = Backoff.FIXED
    """`fixed`: initialMs each time; `exponential`: doubled each time up to maxMs."""
    initial_ms: Annotated[DurationMs, Field(alias="initialMs")] = 1000
    """Delay before the second attempt, in milliseconds."""
    max_ms: Annotated[DurationMs, Field(alias="maxMs")] = 60000
    """Longest delay, in milliseconds."""
    non_retryable: Annotated[Sequence[ErrorCode], Field(alias="nonRetryable", max_length=100)] = []
    """Error codes that end the step at once."""
