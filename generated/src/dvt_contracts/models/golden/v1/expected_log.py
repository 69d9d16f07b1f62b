# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import ErrorCode, EventTypeName


class LoggedEvent(Contract):
    """What every execution has of an event."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    event_type: Annotated[EventTypeName, Field(alias="eventType")]
    """Type of the event."""
    subject: Annotated[StrictStr | MISSING, Field(max_length=150, min_length=1)] = MISSING
    """Step or signal; absent for events of the run."""
    attempt: Annotated[StrictInt | MISSING, Field(ge=1, le=9007199254740991)] = MISSING
    """Logical attempt of a step event, from 1."""
    code: ErrorCode | MISSING = MISSING
    """Code of a failure, skip, cancel or moot signal, if it has one."""


class ExpectedLog(Contract):
    """The log that a golden path leaves, without ids, keys, times and free text.

    Each subject's events come in this order on every engine; subjects that do not depend on each other may
    interleave otherwise.
    """

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    events: Annotated[Sequence[LoggedEvent], Field(max_length=100000, min_length=1)]
    """Events in the order of `runSeq` of the execution that was recorded."""
