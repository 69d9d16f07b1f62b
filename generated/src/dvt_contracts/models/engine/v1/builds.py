# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictStr


class Builds(Contract):
    """Versions that decided and projected a run."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    core: Annotated[StrictStr, Field(max_length=64, min_length=1)]
    """Version of the engine core."""
    adapter: Annotated[StrictStr, Field(max_length=64, min_length=1)]
    """Version of the engine adapter."""
    projector: Annotated[StrictStr, Field(max_length=64, min_length=1)]
    """Version of the projector."""
