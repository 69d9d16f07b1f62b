# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract, JsonObject
from pydantic import ConfigDict, Field, StrictStr


class PythonParameters(Contract):
    """Parameters of kind `python`: calls an importable function, sync in a warm child process, async on the worker's
    loop.
    """

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    callable: Annotated[
        StrictStr,
        Field(
            max_length=512,
            pattern="^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$",
        ),
    ]
    """`module:function`, found in the plan's folder first, then in the environment."""
    arguments: JsonObject = {}
    """Keyword arguments, checked against the function's annotations."""
