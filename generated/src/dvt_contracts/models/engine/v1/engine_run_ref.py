# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated, Literal

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictStr
from typing_extensions import TypeAliasType


class ConductorRunRef(Contract):
    """A workflow execution on Conductor; no adapter writes it yet."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    provider: Literal["conductor"] = "conductor"
    """The engine."""
    workflow_id: Annotated[StrictStr, Field(alias="workflowId", max_length=255, min_length=1)]
    """Workflow id that Conductor gave."""
    correlation_id: Annotated[StrictStr, Field(alias="correlationId", max_length=255, min_length=1)]
    """Correlation id of the execution; the run id."""


class InProcessRunRef(Contract):
    """A run inside the calling process: simulator and tests."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    provider: Literal["in-process"] = "in-process"
    """The engine."""
    workflow_id: Annotated[StrictStr, Field(alias="workflowId", max_length=255, min_length=1)]
    """Workflow id; equal to the run id."""


class TemporalRunRef(Contract):
    """A workflow execution on Temporal."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    provider: Literal["temporal"] = "temporal"
    """The engine."""
    namespace: Annotated[StrictStr, Field(max_length=255, min_length=1)]
    """Namespace of the Temporal cluster."""
    workflow_id: Annotated[StrictStr, Field(alias="workflowId", max_length=255, min_length=1)]
    """Workflow id; equal to the run id."""
    engine_run_id: Annotated[StrictStr | MISSING, Field(alias="engineRunId", max_length=255, min_length=1)] = MISSING
    """Temporal's own run id of the execution that is current; changes at continue-as-new."""


EngineRunRef = TypeAliasType(
    "EngineRunRef",
    Annotated[
        TemporalRunRef | ConductorRunRef | InProcessRunRef,
        Field(discriminator="provider", title="EngineRunRef"),
    ],
)
"""Where an engine runs the run: diagnostic, in no key and no hash."""
