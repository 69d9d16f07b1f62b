# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract, JsonValue
from pydantic import ConfigDict, Field, StrictStr

from ...glossary.v1.ids import ArtifactName, StepId


class ArtifactTarget(Contract):
    """Which artifact."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step: StepId
    """A transitive dependency."""
    name: ArtifactName
    """Name of the artifact."""


class ArtifactReference(Contract):
    """An artifact of an earlier step, as an ArtifactRef."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    field_artifact: Annotated[ArtifactTarget, Field(alias="$artifact", title="ArtifactTarget")]
    """Which artifact."""


class InputReference(Contract):
    """A value of the run's inputs."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    field_input: Annotated[StrictStr, Field(alias="$input", pattern="^(/([^~/]|~[01])*)*$")]
    """JSON Pointer into the effective inputs."""


class LiteralReference(Contract):
    """A value taken as it stands, dollar keys included."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    field_literal: Annotated[JsonValue, Field(alias="$literal")]
    """The value, taken as it stands."""


class OutputTarget(Contract):
    """Which value."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step: StepId
    """A transitive dependency."""
    at: Annotated[StrictStr, Field(pattern="^(/([^~/]|~[01])*)*$")] = ""
    """JSON Pointer into the output; the empty string is all of it."""


class OutputReference(Contract):
    """A value of an earlier step's output."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    field_output: Annotated[OutputTarget, Field(alias="$output", title="OutputTarget")]
    """Which value."""


class SecretReference(Contract):
    """A secret by name; resolved in the worker, never recorded."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    field_secret: Annotated[StrictStr, Field(alias="$secret", pattern="^[A-Za-z0-9_.-]{1,128}$")]
    """Name of the secret."""
