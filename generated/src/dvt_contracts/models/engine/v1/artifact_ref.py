# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import ArtifactName, Sha256


class ArtifactRef(Contract):
    """An artifact by content: what a step wrote, never the bytes themselves."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    name: ArtifactName
    """Name within its step."""
    sha256: Sha256
    """SHA-256 of the bytes."""
    size_bytes: Annotated[StrictInt, Field(alias="sizeBytes", ge=0, le=9007199254740991)]
    """Size in bytes."""
    media_type: Annotated[
        StrictStr,
        Field(alias="mediaType", max_length=127, pattern="^[a-z0-9.+-]+/[A-Za-z0-9.+-]+$"),
    ]
    """Media type by RFC 6838, such as text/csv."""
    address: Annotated[StrictStr, Field(max_length=2048, min_length=1)]
    """Where the artifact store keeps it."""
