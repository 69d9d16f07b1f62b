# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictStr


class EngineProvider(StrEnum):
    """Engine."""

    TEMPORAL = "temporal"
    CONDUCTOR = "conductor"
    IN_PROCESS = "in-process"


class EngineRunRef(Contract):
    """Where an engine runs the run."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    provider: Annotated[EngineProvider, Field(title="EngineProvider")]
    """Engine."""
    namespace: Annotated[StrictStr | MISSING, Field(max_length=255)] = MISSING
    """Namespace of the engine."""
    workflow_id: Annotated[StrictStr, Field(alias="workflowId", max_length=255)]
    """Workflow id; the run id."""
    engine_run_id: Annotated[StrictStr | MISSING, Field(alias="engineRunId", max_length=255)] = MISSING
    """The engine's own id of this execution."""
