# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from pydantic import Field, StrictInt, StrictStr
from typing_extensions import TypeAliasType

DurationMs = TypeAliasType("DurationMs", Annotated[StrictInt, Field(ge=0, le=315360000000, title="DurationMs")])
"""A duration in milliseconds; at most ten years."""


Instant = TypeAliasType(
    "Instant",
    Annotated[
        StrictStr,
        Field(
            pattern="^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z$",
            title="Instant",
        ),
    ],
)
"""A UTC time in milliseconds, 24 characters, ending in Z;

kept as text so that reading and writing never changes a byte.
"""
