# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr
from typing_extensions import TypeAliasType

from ...glossary.v1.ids import EventTypeName, RunId

ExpectedItem = TypeAliasType("ExpectedItem", Annotated[StrictStr, Field(max_length=64, min_length=1)])
"""A state."""


class ProjectorAlert(Contract):
    """An event of a log that is not legal where it stands: state is kept, the watermark goes on, somebody is told."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run whose log it is."""
    run_seq: Annotated[StrictInt, Field(alias="runSeq", ge=1, le=9007199254740991)]
    """Position of the event."""
    event_type: Annotated[EventTypeName, Field(alias="eventType")]
    """Type of the event."""
    expected: Annotated[Sequence[ExpectedItem], Field(max_length=32)]
    """States from which it would be legal, as in the transition tables: of the run where that takes no such event, else
    of the step or signal.
    """
    actual: Annotated[StrictStr, Field(max_length=64, min_length=1)]
    """State that it met: of what `expected` speaks of; NONE where there was nothing."""
    attempt: Annotated[StrictInt | MISSING, Field(ge=0, le=9007199254740991)] = MISSING
    """Logical attempt that a step event carries."""
    step_attempt: Annotated[StrictInt | MISSING, Field(alias="stepAttempt", ge=0, le=9007199254740991)] = MISSING
    """Logical attempt of the step that a step event met; 0 before the first."""
    running_steps: Annotated[StrictInt | MISSING, Field(alias="runningSteps", ge=0, le=9007199254740991)] = MISSING
    """Steps that ran when a terminal event came; it is legal only where none does."""
