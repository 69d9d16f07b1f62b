# Generated from contracts/ by `nox -s generate`. Do not edit.


from dvt_contracts.base import Contract
from pydantic import ConfigDict


class CancelArguments(Contract):
    """Payload of the signal cancel: nothing; the grace is the plan's `cancelGraceMs`."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
