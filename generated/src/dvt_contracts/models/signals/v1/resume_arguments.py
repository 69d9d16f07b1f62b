# Generated from contracts/ by `nox -s generate`. Do not edit.


from dvt_contracts.base import Contract
from pydantic import ConfigDict


class ResumeArguments(Contract):
    """Payload of the signal resume: nothing."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
