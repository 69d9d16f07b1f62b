# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictStr

from ...glossary.v1.ids import EnvironmentId, ProjectId, TenantId
from .actor import Actor


class RunContext(Contract):
    """Who runs a plan and where; no effect on outcome hashes."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant that owns the run."""
    project_id: Annotated[ProjectId, Field(alias="projectId")]
    """Project within the tenant."""
    environment_id: Annotated[EnvironmentId, Field(alias="environmentId")]
    """Environment within the project, such as dev or prod."""
    actor: Actor
    """Who asked for the run."""
    code_root: Annotated[StrictStr | MISSING, Field(alias="codeRoot", max_length=4096, min_length=1)] = MISSING
    """Folder on the worker that stands first in the import path and is the working folder of processes;

    honoured only by workers configured to, as in the local mode.
    """
    traceparent: Annotated[
        StrictStr | MISSING,
        Field(pattern="^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"),
    ] = MISSING
    """W3C trace context of the caller."""
