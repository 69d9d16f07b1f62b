# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import ConfigDict, Field

from ...glossary.v1.ids import StepId


class RetryStepArguments(Contract):
    """Payload of the signal retry-step."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """The failed step that gets another attempt."""
