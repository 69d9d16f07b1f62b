# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract, JsonObject
from pydantic import ConfigDict, Field, StrictInt, StrictStr
from typing_extensions import TypeAliasType

Statement = TypeAliasType("Statement", Annotated[StrictStr, Field(min_length=1)])
"""One statement."""


class SqlParameters(Contract):
    """Parameters of kind `sql`: runs statements on a named Postgres connection, in one transaction."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    connection: Annotated[StrictStr, Field(pattern="^[A-Za-z0-9_.-]{1,128}$")]
    """Name of a connection in the worker's configuration; `local` is the embedded server in the local mode."""
    statements: Annotated[Sequence[Statement], Field(max_length=100, min_length=1)]
    """Statements in order, all or nothing; `%(name)s` takes a parameter, `%%` is a per cent sign."""
    parameters: JsonObject = {}
    """Parameters by name; arrays and objects are passed as jsonb."""
    rows: Annotated[StrictInt, Field(ge=0, le=100000)] = 1000
    """Largest number of rows that the last statement may return."""
