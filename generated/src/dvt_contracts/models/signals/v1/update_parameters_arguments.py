# Generated from contracts/ by `nox -s generate`. Do not edit.


from dvt_contracts.base import Contract, JsonObject
from pydantic import ConfigDict


class UpdateParametersArguments(Contract):
    """Payload of the signal update-parameters."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    parameters: JsonObject
    """Top-level inputs that change, with their new values;

    inputs not named stay. The result must fit the plan's schema of inputs.
    """
