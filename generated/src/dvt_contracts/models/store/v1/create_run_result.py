# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated, Literal

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field
from typing_extensions import TypeAliasType

from ...glossary.v1.ids import RunId


class RunCreated(Contract):
    """The run, RunQueued and its start intent were stored together."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    outcome: Literal["created"] = "created"
    """Outcome of the append."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""


class RunExisting(Contract):
    """The start key is known with the same fingerprint."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    outcome: Literal["existing"] = "existing"
    """Outcome of the append."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """The run that exists."""


class StartKeyConflict(Contract):
    """The start key is known with another plan or other inputs."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    outcome: Literal["conflict"] = "conflict"
    """Outcome of the append."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """The run that exists."""


CreateRunResult = TypeAliasType(
    "CreateRunResult",
    Annotated[
        RunCreated | RunExisting | StartKeyConflict,
        Field(discriminator="outcome", title="CreateRunResult"),
    ],
)
"""What became of a start."""
