# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictBool, StrictInt

from ...glossary.v1.ids import PlanId, PlanVersion, Sha256, StepId, StepKind
from ...glossary.v1.status import RunIf


class GraphEdge(Contract):
    """A dependency."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    from_: Annotated[StepId, Field(alias="from")]
    """The step that goes first."""
    to: StepId
    """The step that waits for it."""


class GraphNode(Contract):
    """A step as a node."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """Step that this is about."""
    kind: StepKind
    """Its kind."""
    level: Annotated[StrictInt, Field(ge=0, le=9007199254740991)]
    """Longest way from a step without dependencies."""
    run_if: Annotated[RunIf, Field(alias="runIf")]
    """Its readiness rule."""
    conditional: StrictBool
    """Whether it has a `when`."""


class PlanGraph(Contract):
    """The graph of a plan as `dvt plan graph` prints it."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    plan_id: Annotated[PlanId, Field(alias="planId")]
    """Name of the plan that is run."""
    plan_version: Annotated[PlanVersion, Field(alias="planVersion")]
    """Version of the plan; compared by equality only."""
    sha256: Sha256
    """SHA-256 of the plan's canonical bytes."""
    nodes: Sequence[GraphNode]
    """The steps in plan order."""
    edges: Sequence[GraphEdge]
    """The dependencies, in plan order of the step that waits."""
