# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field

from ...events.v1.record import RawRecord
from ...glossary.v1.ids import RunId, TenantId
from .run_snapshot import RunSnapshot


class ProjectorInput(Contract):
    """What the projector folds: one run's records in `runSeq` order, on from a snapshot or from nothing."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run whose records these are."""
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant that owns the run."""
    snapshot: RunSnapshot | MISSING = MISSING
    """Snapshot to go on from; absent for the whole log."""
    records: Sequence[RawRecord]
    """Records in `runSeq` order; repeats are ignored, a gap is an error."""
