# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictStr

from ...glossary.v1.ids import PlanId, PlanVersion, Sha256


class PlanRef(Contract):
    """A plan handed over by reference: where its bytes are and what they must hash to."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    address: Annotated[StrictStr, Field(max_length=2048, min_length=1)]
    """Where the plan's bytes are; `dvt-plan:sha256/<hex>` is DVT's own content-addressed store."""
    sha256: Sha256
    """SHA-256 of the plan's exact bytes."""
    plan_id: Annotated[PlanId, Field(alias="planId")]
    """Must equal the plan's own."""
    plan_version: Annotated[PlanVersion, Field(alias="planVersion")]
    """Must equal the plan's own."""
