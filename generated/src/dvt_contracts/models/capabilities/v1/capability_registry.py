# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictStr

from ...glossary.v1.ids import CapabilityId, ContractVersion


class Adapters(StrEnum):
    """
    Level.
    """

    NATIVE = "native"
    EMULATED = "emulated"
    DEGRADED = "degraded"
    UNSUPPORTED = "unsupported"


class Lifecycle(StrEnum):
    """Stage of life."""

    PROPOSED = "proposed"
    EXPERIMENTAL = "experimental"
    STABLE = "stable"
    DEPRECATED = "deprecated"
    REMOVED = "removed"


class Capability(Contract):
    """One capability."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    capability: CapabilityId
    """Name."""
    lifecycle: Annotated[Lifecycle, Field(title="Lifecycle")]
    """Stage of life."""
    description: StrictStr
    """What it means."""
    detect: StrictStr | MISSING = MISSING
    """The part of a plan that needs it, for people."""


class CapabilityRegistry(Contract):
    """What plans may ask for and which adapter gives it."""

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
    adapters: Mapping[str, Mapping[str, Adapters]]
    """Support level by adapter and capability; what is not listed is unsupported."""
