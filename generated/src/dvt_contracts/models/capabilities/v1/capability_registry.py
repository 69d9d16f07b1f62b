# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Mapping, Sequence
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictStr
from typing_extensions import TypeAliasType

from ...glossary.v1.ids import CapabilityId, ContractVersion
from .support import Lifecycle, SupportLevel


class CapabilityDeprecation(Contract):
    """When it goes and what comes instead; only for deprecated and removed ones."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    announced: Annotated[StrictStr, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    """Day of the announcement, UTC."""
    removal: Annotated[StrictStr, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    """Day from which plans that need it may be refused, UTC."""
    replacement: CapabilityId | MISSING = MISSING
    """What to use instead."""


class Capability(Contract):
    """A thing that a plan may need or a caller may ask for."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    capability: CapabilityId
    """Name; never given to another thing."""
    lifecycle: Lifecycle
    """Stage of life."""
    description: StrictStr
    """What it means."""
    detect: StrictStr | MISSING = MISSING
    """The part of a plan that needs it, for people."""
    since: ContractVersion
    """Version of the registry that brought it."""
    deprecation: Annotated[CapabilityDeprecation | MISSING, Field(title="CapabilityDeprecation")] = MISSING
    """When it goes and what comes instead; only for deprecated and removed ones."""


LossesAdditionalProperty = TypeAliasType(
    "LossesAdditionalProperty",
    Annotated[StrictStr, Field(max_length=256, min_length=1)],
)
"""What is lost, for people."""


class CapabilityRegistry(Contract):
    """What plans may ask for, in which stage of life it is, and which adapter gives it."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    version: ContractVersion
    """Version of the registry."""
    capabilities: Sequence[Capability]
    """Every capability."""
    adapters: Mapping[str, Mapping[str, SupportLevel]]
    """Support matrix: level by adapter and capability, every capability in every row."""
    losses: Mapping[str, Mapping[str, LossesAdditionalProperty]] | MISSING = MISSING
    """What a plan loses, by adapter and capability: told for every level `degraded`, and for no other."""
