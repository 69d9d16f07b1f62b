# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import RunId, TenantId
from ...glossary.v1.status import RunStatus


class RunQuery(Contract):
    """Which runs to list, newest first: `list_runs` of StateStore."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant whose runs."""
    status: RunStatus | MISSING = MISSING
    """Only runs of this status."""
    id_prefix: Annotated[StrictStr, Field(alias="idPrefix", pattern="^[0-9a-f-]{0,36}$")] = ""
    """Only runs whose id begins like this."""
    before: RunId | MISSING = MISSING
    """For the next page: last run id of the one before."""
    limit: Annotated[StrictInt, Field(ge=1, le=1000)] = 50
    """Most runs to return."""
