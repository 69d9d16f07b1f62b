# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from dvt_contracts.base import Contract, JsonObject, JsonValue
from pydantic import MISSING, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from typing_extensions import TypeAliasType

from ...glossary.v1.ids import (
    ArtifactName,
    ContractVersion,
    ErrorCode,
    EventTypeName,
    StepId,
)
from ...glossary.v1.status import Role
from ...signals.v1.signal_request import SignalRequest


class CrashedPart(StrEnum):
    """What crashes: the worker process, the interpreter's engine, or the dispatcher of intents."""

    WORKER = "worker"
    ENGINE = "engine"
    DISPATCHER = "dispatcher"


class EndedAttempt(Contract):
    """One attempt that ends."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """Step that this is about."""
    attempt: Annotated[StrictInt, Field(ge=1, le=9007199254740991)] = 1
    """Logical attempt, from 1."""


class Moment(Contract):
    """A point of a run: right after an event was recorded."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    event_type: Annotated[EventTypeName, Field(alias="eventType")]
    """Type of the event."""
    step_id: Annotated[StepId | MISSING, Field(alias="stepId")] = MISSING
    """Step of the event; any if absent."""
    count: Annotated[StrictInt, Field(ge=1, le=9007199254740991)] = 1
    """After which event of this kind, from 1."""


class ScriptedArtifact(Contract):
    """A file that the step writes."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    name: ArtifactName
    """Name of the artifact."""
    content: Annotated[StrictStr, Field(max_length=65536, min_length=0)]
    """Content, as text."""


class ScriptedCrash(Contract):
    """A crash at a moment; what crashed begins again."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    after: Moment
    """When it crashes."""
    what: Annotated[CrashedPart, Field(title="CrashedPart")]
    """What crashes: the worker process, the interpreter's engine, or the dispatcher of intents."""


class ScriptedFailure(Contract):
    """The attempt fails by itself."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """Step that this is about."""
    attempt: Annotated[StrictInt, Field(ge=1, le=9007199254740991)]
    """Logical attempt, from 1."""
    result: Literal["failed"] = "failed"
    """How the attempt ends."""
    code: ErrorCode
    """Code of the failure."""
    message: Annotated[StrictStr | MISSING, Field(max_length=4096, min_length=1)] = MISSING
    """Text for people; in no hash."""


class ScriptedLoss(Contract):
    """The worker is lost in mid-step; the engine delivers the attempt again, and then it succeeds."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """Step that this is about."""
    attempt: Annotated[StrictInt, Field(ge=1, le=9007199254740991)]
    """Logical attempt, from 1."""
    result: Literal["worker-lost"] = "worker-lost"
    """How the attempt ends."""
    losses: Annotated[StrictInt, Field(ge=1, le=10)] = 1
    """How often the worker is lost before that."""
    output: JsonValue
    """Output once it is not lost."""


class ScriptedSignal(Contract):
    """A signal that is sent at a moment."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    after: Moment
    """When it is sent."""
    request: SignalRequest
    """Signal that this is about."""
    role: Role = Role.ADMIN
    """Role of the sender."""
    expected: ErrorCode | MISSING = MISSING
    """Code with which it must be rejected, refused or moot; absent where it must be applied."""


class ScriptedSuccess(Contract):
    """The attempt succeeds."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """Step that this is about."""
    attempt: Annotated[StrictInt, Field(ge=1, le=9007199254740991)]
    """Logical attempt, from 1."""
    result: Literal["succeeded"] = "succeeded"
    """How the attempt ends."""
    output: JsonValue
    """Output of the step."""
    artifacts: Annotated[Sequence[ScriptedArtifact], Field(max_length=100, validate_default=True)] = []
    """Files that the step writes."""


class ScriptedTimeout(Contract):
    """The attempt does not end within its `timeoutMs`."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """Step that this is about."""
    attempt: Annotated[StrictInt, Field(ge=1, le=9007199254740991)]
    """Logical attempt, from 1."""
    result: Literal["timed-out"] = "timed-out"
    """How the attempt ends."""


ScriptedAttempt = TypeAliasType(
    "ScriptedAttempt",
    Annotated[
        ScriptedSuccess | ScriptedFailure | ScriptedTimeout | ScriptedLoss,
        Field(discriminator="result", title="ScriptedAttempt"),
    ],
)
"""What becomes of one attempt."""


class PlanScript(Contract):
    """What happens to a plan in a golden path, so that every engine meets the same: inputs, how each attempt ends and
    in which order, signals and crashes.
    """

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    script_version: Annotated[ContractVersion, Field(alias="scriptVersion")]
    """Version of this script."""
    description: Annotated[StrictStr, Field(max_length=1024, min_length=1)]
    """What the path shows, for people."""
    inputs: JsonObject = {}
    """Inputs of the run."""
    starts: Annotated[StrictInt, Field(ge=1, le=10)] = 1
    """How often the run is started with one start key; every start but the first must find it."""
    plan_tampered: Annotated[StrictBool, Field(alias="planTampered")] = False
    """Whether the stored bytes of the plan differ from its reference."""
    attempts: Annotated[Sequence[ScriptedAttempt], Field(max_length=10000, validate_default=True)] = []
    """Attempts whose end is fixed; one that is not listed succeeds with the output null."""
    completion_order: Annotated[
        Sequence[EndedAttempt],
        Field(alias="completionOrder", max_length=10000, validate_default=True),
    ] = []
    """Order in which attempts end; those not listed end when they may, in plan order."""
    signals: Annotated[Sequence[ScriptedSignal], Field(max_length=100, validate_default=True)] = []
    """Signals, in the order in which they are sent."""
    crashes: Annotated[Sequence[ScriptedCrash], Field(max_length=100, validate_default=True)] = []
    """Crashes on the way."""
