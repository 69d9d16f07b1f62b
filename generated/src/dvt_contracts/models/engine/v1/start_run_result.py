# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field

from ...glossary.v1.ids import RunId


class StartOutcome(StrEnum):
    """`existing`: the start key was known with the same fingerprint."""

    CREATED = "created"
    EXISTING = "existing"


class StartRunResult(Contract):
    """Answer to a start."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    outcome: Annotated[StartOutcome, Field(title="StartOutcome")]
    """`existing`: the start key was known with the same fingerprint."""
