# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictBool

from ...glossary.v1.ids import ActorId
from ...glossary.v1.status import Role


class Actor(Contract):
    """Who acts, and how that is known."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    actor_id: Annotated[ActorId, Field(alias="actorId")]
    """User or service."""
    role: Role
    """Strongest role."""
    authenticated: StrictBool
    """False for the operating system's user of the local mode."""
