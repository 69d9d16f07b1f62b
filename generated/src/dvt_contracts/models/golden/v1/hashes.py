# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictStr

from ...glossary.v1.ids import RunId, Sha256
from ...glossary.v1.status import RunStatus
from ...glossary.v1.time import Instant


class Engine(StrEnum):
    """
    Engine of the execution.
    """

    TEMPORAL = "temporal"
    CONDUCTOR = "conductor"
    IN_PROCESS = "in-process"


class ExpectedHashes(Contract):
    """What an execution of a golden path came to, and which execution that was."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    outcome_hash: Annotated[Sha256, Field(alias="outcomeHash")]
    """Hash of the outcome."""
    status: RunStatus
    """Final status."""
    engine: Engine
    """Engine of the execution."""
    commit: Annotated[StrictStr, Field(pattern="^[0-9a-f]{40}$")]
    """Commit of the code that ran."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    recorded_at: Annotated[Instant, Field(alias="recordedAt")]
    """When the execution was recorded, UTC."""
