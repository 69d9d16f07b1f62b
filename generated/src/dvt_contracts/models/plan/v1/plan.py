# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated, Literal

from dvt_contracts.base import Contract, JsonObject
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import CapabilityId, PlanId, PlanVersion
from ...glossary.v1.status import OnStepFailure
from ...glossary.v1.time import DurationMs
from .step import PlanStep


class Plan(Contract):
    """A data plan: a DAG of steps, approved elsewhere, run by reference."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    schema_version: Annotated[Literal["0.1"], Field(alias="schemaVersion")] = "0.1"
    """Version of this contract the plan was written for."""
    plan_id: Annotated[PlanId, Field(alias="planId")]
    """Name of the plan."""
    plan_version: Annotated[PlanVersion, Field(alias="planVersion")]
    """Version of the plan."""
    description: Annotated[StrictStr | MISSING, Field(max_length=4096)] = MISSING
    """For people; no effect."""
    inputs: JsonObject | MISSING = MISSING
    """JSON Schema 2020-12 of the run's inputs, an object; defaults of top-level properties are applied."""
    max_parallel_steps: Annotated[StrictInt, Field(alias="maxParallelSteps", ge=1, le=1000)] = 100
    """Steps in flight at once."""
    on_step_failure: Annotated[OnStepFailure, Field(alias="onStepFailure")] = OnStepFailure.FAIL_FAST
    """Failure policy."""
    deadline_ms: Annotated[StrictInt | MISSING, Field(alias="deadlineMs", ge=1, le=315360000000)] = MISSING
    """Limit of the run from its RunStarted, pauses included (capability plan.deadline), in milliseconds."""
    cancel_grace_ms: Annotated[DurationMs, Field(alias="cancelGraceMs")] = 10000
    """Time for a cancelled step to end by itself before it is forced, in milliseconds."""
    requires: Annotated[Sequence[CapabilityId], Field(max_length=100)] = []
    """Capabilities that the engine must have."""
    steps: Annotated[Sequence[PlanStep], Field(max_length=10000, min_length=1)]
    """The steps; their order breaks ties."""
