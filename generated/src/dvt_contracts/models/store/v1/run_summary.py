# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt

from ...glossary.v1.ids import PlanId, PlanVersion, RunId, Sha256
from ...glossary.v1.status import RunStatus, RunSubstatus
from ...glossary.v1.time import Instant


class RunSummary(Contract):
    """One line of a list of runs: the latest-status index."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    plan_id: Annotated[PlanId, Field(alias="planId")]
    """Name of the plan that is run."""
    plan_version: Annotated[PlanVersion, Field(alias="planVersion")]
    """Version of the plan; compared by equality only."""
    plan_hash: Annotated[Sha256, Field(alias="planHash")]
    """SHA-256 of the plan."""
    status: RunStatus
    """Status as of now."""
    substatus: RunSubstatus | MISSING = MISSING
    """Substatus, if any."""
    last_run_seq: Annotated[StrictInt, Field(alias="lastRunSeq", ge=0, le=9007199254740991)]
    """Events so far."""
    queued_at: Annotated[Instant, Field(alias="queuedAt")]
    """When queued."""
    updated_at: Annotated[Instant, Field(alias="updatedAt")]
    """Last change, by the database's clock."""
