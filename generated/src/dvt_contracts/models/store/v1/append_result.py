# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated, Literal

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt
from typing_extensions import TypeAliasType

from ...events.v1.record import RawRecord
from ...glossary.v1.time import Instant
from .run_state import RunState


class Appended(Contract):
    """Written."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    outcome: Literal["appended"] = "appended"
    """Outcome of the append."""
    run_seq: Annotated[StrictInt, Field(alias="runSeq", ge=1, le=9007199254740991)]
    """Position in the log."""
    persisted_at: Annotated[Instant, Field(alias="persistedAt")]
    """The database's clock."""


class Duplicate(Contract):
    """The key is known: the stored record, whatever the new body."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    outcome: Literal["duplicate"] = "duplicate"
    """Outcome of the append."""
    record: RawRecord
    """The first record."""
    attempt_outcome: Annotated[RawRecord | MISSING, Field(alias="attemptOutcome")] = MISSING
    """For StepStarted: the recorded outcome of the attempt, if it has one."""


class Illegal(Contract):
    """Not legal from the current state; nothing was written."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    outcome: Literal["illegal"] = "illegal"
    """Outcome of the append."""
    state: RunState
    """The current state."""


class Superseded(Contract):
    """The slot is taken: the winning record."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    outcome: Literal["superseded"] = "superseded"
    """Outcome of the append."""
    record: RawRecord
    """Record of the event that filled the slot."""


class UnknownRun(Contract):
    """No such run for this tenant."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    outcome: Literal["unknown_run"] = "unknown_run"
    """Outcome of the append."""


AppendResult = TypeAliasType(
    "AppendResult",
    Annotated[
        UnknownRun | Duplicate | Superseded | Illegal | Appended,
        Field(discriminator="outcome", title="AppendResult"),
    ],
)
"""What became of one event: the five outcomes, in the order in which they are judged."""
