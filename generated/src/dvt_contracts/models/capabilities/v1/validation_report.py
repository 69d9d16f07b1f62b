# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictStr

from ...glossary.v1.ids import (
    CapabilityId,
    ContractVersion,
    ErrorCode,
    PlanId,
    PlanVersion,
)
from .support import Lifecycle, SupportLevel


class CapabilityVerdict(StrEnum):
    """What follows for the plan."""

    RUNS = "runs"
    RUNS_DEGRADED = "runs-degraded"
    REFUSED = "refused"


class CapabilityFinding(Contract):
    """One capability that a plan needs, and what the adapter makes of it."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    capability: CapabilityId
    """The capability."""
    level: SupportLevel
    """Support by the adapter."""
    lifecycle: Lifecycle | MISSING = MISSING
    """Stage of life of the capability; absent for a name that the registry does not hold."""
    pointer: Annotated[StrictStr, Field(max_length=4096, min_length=0)]
    """JSON Pointer to the first part of the plan that needs it."""
    verdict: Annotated[CapabilityVerdict, Field(title="CapabilityVerdict")]
    """What follows for the plan."""
    code: ErrorCode | MISSING = MISSING
    """Code of a refusal."""
    message: Annotated[StrictStr | MISSING, Field(max_length=1024, min_length=1)] = MISSING
    """What is missing, lost or about to go, for people."""


class PlanCapabilityVerdict(StrEnum):
    """`refused` if one finding is, else `runs-degraded` if one is, else `runs`."""

    RUNS = "runs"
    RUNS_DEGRADED = "runs-degraded"
    REFUSED = "refused"


class ValidationReport(Contract):
    """What an engine adapter makes of a plan, capability by capability: written before any step runs."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    registry_version: Annotated[ContractVersion, Field(alias="registryVersion")]
    """Version of the registry of capabilities that was used."""
    adapter: Annotated[StrictStr, Field(max_length=64, min_length=1)]
    """The adapter."""
    plan_id: Annotated[PlanId, Field(alias="planId")]
    """Plan that was judged."""
    plan_version: Annotated[PlanVersion, Field(alias="planVersion")]
    """Version of the plan."""
    verdict: Annotated[PlanCapabilityVerdict, Field(title="PlanCapabilityVerdict")]
    """`refused` if one finding is, else `runs-degraded` if one is, else `runs`."""
    findings: Annotated[Sequence[CapabilityFinding], Field(max_length=1000)]
    """One per capability that the plan needs, in the order of the plan."""
