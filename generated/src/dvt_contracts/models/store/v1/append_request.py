# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field

from ...events.v1.envelope import Envelope
from ...glossary.v1.ids import RunId, TenantId
from ...glossary.v1.status import RunStatus


class AppendRequest(Contract):
    """Events of one run to append: `append` of StateStore. One transaction, one answer per event."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant that owns the run."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that every event is of."""
    events: Annotated[Sequence[Envelope], Field(max_length=1000, min_length=1)]
    """The events, judged in this order as if each came alone; a group led by SignalApplied is all or nothing."""
    legal_from: Annotated[RunStatus | MISSING, Field(alias="legalFrom")] = MISSING
    """Only run status from which the batch may be written; absent for any."""
