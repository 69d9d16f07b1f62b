# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt

from ...glossary.v1.ids import RunId, TenantId


class ReadEventsRequest(Contract):
    """A part of a log to read: `read_events` of StateStore."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant that owns the run."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run to read."""
    after: Annotated[StrictInt, Field(ge=0, le=9007199254740991)] = 0
    """Position after which to begin; 0 for the whole log."""
    limit: Annotated[StrictInt | MISSING, Field(ge=1, le=9007199254740991)] = MISSING
    """Most records to return; absent for all."""
