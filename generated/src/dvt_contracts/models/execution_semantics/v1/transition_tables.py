# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract, JustTrue
from pydantic import MISSING, ConfigDict, Field, StrictBool, StrictStr
from typing_extensions import TypeAliasType

from ...glossary.v1.ids import ContractVersion, EventTypeName
from ...glossary.v1.status import RunStatus, RunSubstatus, StepStatus


class AttemptRule(StrEnum):
    """`current`, `next` (current + 1), or `first-or-current` (at least 1)."""

    CURRENT = "current"
    NEXT = "next"
    FIRST_OR_CURRENT = "first-or-current"


class EventSlot(StrEnum):
    """Slot that only one event may fill: step slots per attempt, signal slots per signal, `terminal` per run."""

    START = "start"
    OUTCOME = "outcome"
    DECISION = "decision"
    APPLICATION = "application"
    TERMINAL = "terminal"


class EventSubject(StrEnum):
    """Whose state it moves."""

    RUN = "run"
    STEP = "step"
    SIGNAL = "signal"


class EventWriter(StrEnum):
    """A writer: the engine service, the dispatcher of intents, the load activity, the activity of a step, or the record
    activity.
    """

    ENGINE_SERVICE = "engine-service"
    DISPATCHER = "dispatcher"
    LOAD_ACTIVITY = "load-activity"
    STEP_ACTIVITY = "step-activity"
    RECORD_ACTIVITY = "record-activity"


class EventRule(Contract):
    """What an event type is about and which slot it fills."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    type: EventTypeName
    """Type of the event."""
    subject: Annotated[EventSubject, Field(title="EventSubject")]
    """Whose state it moves."""
    part: Annotated[StrictStr, Field(max_length=64, min_length=1)]
    """Part of the projection that it writes."""
    slot: Annotated[EventSlot | MISSING, Field(title="EventSlot")] = MISSING
    """Slot that only one event may fill: step slots per attempt, signal slots per signal, `terminal` per run."""
    writers: Annotated[Sequence[EventWriter], Field(min_length=1)]
    """Who may write it; nobody else does."""


FromItem = TypeAliasType("FromItem", Annotated[StrictStr, Field(max_length=64, min_length=1)])
"""A state."""


FromItem1 = TypeAliasType("FromItem1", Annotated[StrictStr, Field(max_length=64, min_length=1)])
"""A status."""


class RunTransition(Contract):
    """A run moves from one of the states to another; a state is status or status/substatus, NONE before RunQueued."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    event: EventTypeName
    """Type of the event."""
    from_: Annotated[Sequence[FromItem], Field(alias="from", min_length=1)]
    """States, one of which it must be in."""
    to: Annotated[StrictStr, Field(max_length=64, min_length=1)]
    """The new state."""


class SignalTransition(Contract):
    """A signal moves; NONE before its decision."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    event: EventTypeName
    """Type of the event."""
    from_: Annotated[Sequence[FromItem1], Field(alias="from", min_length=1)]
    """Statuses, one of which it must be in."""
    to: Annotated[StrictStr, Field(max_length=64, min_length=1)]
    """The new status."""


class StateSubject(StrEnum):
    """Whose state it is."""

    RUN = "run"
    STEP = "step"
    SIGNAL = "signal"


class StateEntry(Contract):
    """One state of a run, a step or a signal: what it means."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    subject: Annotated[StateSubject, Field(title="StateSubject")]
    """Whose state it is."""
    state: Annotated[StrictStr, Field(max_length=64, min_length=1)]
    """The state as the transitions name it: status, or status/substatus of a run."""
    status: Annotated[StrictStr, Field(max_length=64, min_length=1)]
    """Status that a snapshot shows."""
    substatus: RunSubstatus | MISSING = MISSING
    """Substatus that the snapshot of a run shows; absent where it has none."""
    final: StrictBool
    """Whether no event leads out of it."""
    meaning: Annotated[StrictStr, Field(max_length=256, min_length=1)]
    """What it says, for people."""


class StepTransition(Contract):
    """A step moves; `attempt` says which attempt the event carries."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    event: EventTypeName
    """Type of the event."""
    from_: Annotated[Sequence[StepStatus], Field(alias="from", min_length=1)]
    """Statuses, one of which it must be in."""
    to: StepStatus
    """The new status."""
    attempt: Annotated[AttemptRule, Field(title="AttemptRule")]
    """`current`, `next` (current + 1), or `first-or-current` (at least 1)."""
    reused: JustTrue | MISSING = MISSING
    """True: only for a StepCompleted with reusedFrom, which has no other transition."""


class TransitionTables(Contract):
    """The state machines of run, step and signal as data; code only looks up."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    version: ContractVersion
    """Version of the tables."""
    events: Sequence[EventRule]
    """Every event type."""
    states: Sequence[StateEntry]
    """Every state of run, step and signal, with its substatus."""
    run: Sequence[RunTransition]
    """Transitions of a run."""
    step: Sequence[StepTransition]
    """Transitions of a step."""
    signal: Sequence[SignalTransition]
    """Transitions of a signal."""
    step_events_legal_in: Annotated[Sequence[RunStatus], Field(alias="stepEventsLegalIn")]
    """Run statuses in which step events are legal."""
    signal_events_legal_in: Annotated[Sequence[RunStatus], Field(alias="signalEventsLegalIn")]
    """Run statuses in which signal events are legal."""
