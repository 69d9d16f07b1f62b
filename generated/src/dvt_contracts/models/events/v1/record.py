# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictInt

from ...glossary.v1.time import Instant
from .envelope import Envelope


class RawRecord(Contract):
    """Record shape: an event as the store keeps it, its write shape untouched inside."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    run_seq: Annotated[StrictInt, Field(alias="runSeq", ge=1, le=9007199254740991)]
    """Position in the run's log, contiguous from 1."""
    persisted_at: Annotated[Instant, Field(alias="persistedAt")]
    """The database's clock."""
    event: Envelope
    """The event in write shape."""
