# Generated from contracts/ by `nox -s generate`. Do not edit.


from dvt_contracts.base import Contract
from pydantic import ConfigDict


class RetryRunArguments(Contract):
    """Payload of the signal retry-run: nothing; the new run has the plan and the inputs of this one."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
