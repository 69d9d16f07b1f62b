# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract, JsonObject
from pydantic import MISSING, ConfigDict, Field

from ...glossary.v1.ids import ErrorCode, RunId, SignalId
from ...glossary.v1.status import SignalEffect, SignalType


class SignalApplication(Contract):
    """What the interpreter made of an accepted signal: recorded once per signal id, as SignalApplied."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    signal_id: Annotated[SignalId, Field(alias="signalId")]
    """Signal that this is about."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    signal_type: Annotated[SignalType, Field(alias="signalType")]
    """Which signal."""
    effect: SignalEffect
    """`applied`: it changed the run; `moot`: it came to nothing."""
    code: ErrorCode | MISSING = MISSING
    """Why it was moot, by the signal table; absent where it was applied."""
    parameters: JsonObject | MISSING = MISSING
    """The inputs that changed, for an applied update-parameters."""
