# Generated from contracts/ by `nox -s generate`. Do not edit.


from dvt_contracts.base import Contract, JsonValue
from pydantic import MISSING, ConfigDict


class NoopParameters(Contract):
    """Parameters of kind `noop`: does nothing and returns what it was given."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    output: JsonValue | MISSING = MISSING
    """Value to return; null when absent."""
