# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictBool, StrictInt, StrictStr

from ...glossary.v1.ids import ContractVersion, ErrorCode


class CodeEntry(Contract):
    """What a code means, and what carries it on the command line and over HTTP."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    code: ErrorCode
    """The code; once given it never gets another meaning."""
    meaning: Annotated[StrictStr, Field(max_length=256, min_length=1)]
    """What it says, as one sentence for people."""
    retryable: StrictBool
    """Whether the same call may succeed later."""
    exit_code: Annotated[StrictInt, Field(alias="exitCode", ge=0, le=7)]
    """Exit code of a command that ends with it: 0 ok, 1 failure, 2 usage, 3 ended unsuccessfully, 4 not found, 5
    refused by policy, 6 conflict, 7 unavailable.
    """
    http_status: Annotated[StrictInt, Field(alias="httpStatus", ge=200, le=599)]
    """HTTP status of an answer whose problem carries the code;

    200 for codes that only stand in the record of a step or a run, read with success.
    """
    hint: Annotated[StrictStr, Field(max_length=256, min_length=1)]
    """What to do about it, for people."""


class CodeRegistry(Contract):
    """Every stable code that an answer or a record of DVT may carry."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    version: ContractVersion
    """Version of the registry."""
    codes: Sequence[CodeEntry]
    """The codes, sorted."""
