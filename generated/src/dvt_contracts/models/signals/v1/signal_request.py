# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract, JsonObject
from pydantic import MISSING, ConfigDict, Field, StrictStr

from ...glossary.v1.ids import SignalId
from ...glossary.v1.status import SignalType


class SignalRequest(Contract):
    """A signal as a caller sends it."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    signal_id: Annotated[SignalId, Field(alias="signalId")]
    """The same id is the same signal."""
    signal_type: Annotated[SignalType, Field(alias="signalType")]
    """Which signal."""
    arguments: JsonObject = {}
    """Payload of the signal."""
    reason: Annotated[StrictStr | MISSING, Field(max_length=1024, min_length=1)] = MISSING
    """Why; required for destructive signals."""
