# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import ErrorCode


class Fault(Contract):
    """One thing that is wrong, and where."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    code: ErrorCode
    """Stable code."""
    message: Annotated[StrictStr, Field(max_length=4096)]
    """What is wrong."""
    pointer: Annotated[StrictStr | MISSING, Field(max_length=4096)] = MISSING
    """JSON Pointer into the document."""
    line: Annotated[StrictInt | MISSING, Field(ge=1)] = MISSING
    """Line in the file, from 1."""
    column: Annotated[StrictInt | MISSING, Field(ge=1)] = MISSING
    """Column in the file, from 1."""
    hint: Annotated[StrictStr | MISSING, Field(max_length=4096)] = MISSING
    """What to do about it, for people."""
