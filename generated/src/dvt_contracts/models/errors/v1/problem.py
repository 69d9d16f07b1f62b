# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictBool, StrictStr

from ...glossary.v1.ids import ErrorCode
from .fault import Fault


class Problem(Contract):
    """An error as a user meets it, on the command line or over HTTP."""

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
    hint: Annotated[StrictStr | MISSING, Field(max_length=4096)] = MISSING
    """What to do about it, for people."""
    retryable: StrictBool
    """Whether the same call may succeed later."""
    file: StrictStr | MISSING = MISSING
    """File that it is about."""
    faults: Sequence[Fault] | MISSING = MISSING
    """All faults at once."""
