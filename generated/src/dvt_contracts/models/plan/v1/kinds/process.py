# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import (
    MISSING,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
)
from typing_extensions import TypeAliasType

ArtifactsAdditionalProperty = TypeAliasType("ArtifactsAdditionalProperty", Annotated[StrictStr, Field(min_length=1)])
"""Path."""


OkExitCode = TypeAliasType("OkExitCode", Annotated[StrictInt, Field(ge=0, le=255)])
"""An exit code."""


class ProcessOutput(StrEnum):
    """`exit-code`: {exitCode}; `text`: {exitCode, stdout}; `json`: the standard output parsed."""

    EXIT_CODE = "exit-code"
    TEXT = "text"
    JSON = "json"


class ProcessParameters(Contract):
    """Parameters of kind `process`: runs a program without a shell."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    argv: Annotated[
        Sequence[StrictStr | StrictFloat | StrictBool],
        Field(max_length=1000, min_length=1),
    ]
    """Program and arguments; numbers and booleans from references become text."""
    environment: Mapping[
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", strict=True)],
        StrictStr,
    ] = {}
    """Environment variables added to a minimal environment."""
    stdin: StrictStr | MISSING = MISSING
    """Text given on standard input."""
    output: Annotated[ProcessOutput, Field(title="ProcessOutput")] = ProcessOutput.EXIT_CODE
    """`exit-code`: {exitCode}; `text`: {exitCode, stdout}; `json`: the standard output parsed."""
    ok_exit_codes: Annotated[Sequence[OkExitCode], Field(alias="okExitCodes", max_length=256, min_length=1)] = [0]
    """Exit codes that count as success."""
    artifacts: Mapping[
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,128}$", strict=True)],
        ArtifactsAdditionalProperty,
    ] = {}
    """Files to keep as artifacts: name to path in the working folder."""
