# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field

from ...events.v1.run_queued import RunQueued
from ...glossary.v1.ids import RunId, Sha256, StartKey, TenantId


class CreateRunRequest(Contract):
    """A run to create: `create_run` of StateStore. Run, first event and start intent are stored together."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant that owns the run."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run id that the engine service minted."""
    queued: RunQueued
    """First event of the log."""
    fingerprint: Sha256
    """Hash of kind `inputs` over plan reference, inputs and tenant: what a start key stands for."""
    start_key: Annotated[StartKey | MISSING, Field(alias="startKey")] = MISSING
    """Key of the start; without one the same start is never found again."""
