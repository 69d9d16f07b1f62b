# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictBool, StrictInt, StrictStr

from ...glossary.v1.ids import ContractVersion, ErrorCode


class CodeEntry(Contract):
    """One code."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    code: ErrorCode
    """The code."""
    meaning: StrictStr
    """What it says."""
    retryable: StrictBool
    """Whether the same call may succeed later."""
    exit_code: Annotated[StrictInt, Field(alias="exitCode", ge=0, le=255)]
    """Exit code of the command line."""
    hint: StrictStr
    """What to do."""


class CodeRegistry(Contract):
    """Every stable code."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    version: ContractVersion
    """Version."""
    codes: Sequence[CodeEntry]
    """The codes, sorted."""
