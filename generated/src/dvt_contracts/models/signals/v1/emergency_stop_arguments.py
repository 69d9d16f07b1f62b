# Generated from contracts/ by `nox -s generate`. Do not edit.


from dvt_contracts.base import Contract
from pydantic import ConfigDict


class EmergencyStopArguments(Contract):
    """Payload of the signal emergency-stop: nothing; there is no grace and no clean-up."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
