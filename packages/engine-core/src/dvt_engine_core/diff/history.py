"""A run's log as it is compared: its legal events, each with what it says beyond ids, keys, times and free text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from dvt_contracts.base import JsonValue
from dvt_contracts.loader import parse_event
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.events.v1.run_queued import RunQueuedPayload
from dvt_contracts.models.events.v1.run_started import RunStartedPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.signal_rejected import SignalRejectedPayload
from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.events.v1.step_started import StepStartedPayload
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSubject
from dvt_contracts.models.plan.v1.plan import Plan
from pydantic import MISSING

from dvt_engine_core.facts import Fact, fact_of
from dvt_engine_core.projector import RunRows, assemble, write
from dvt_engine_core.transitions import RULES, TERMINAL

#: Events of one subject, in its own order: the run's, a step's, or those of the n-th signal of a type and target.
Stream: TypeAlias = tuple[str, ...]
RUN_STREAM: Final[Stream] = ("run",)
#: Recorded for auditors; no decision depends on it.
_UNCOMPARED: Final = frozenset({"StepRedelivered"})


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a log.

    Shape: `says` is what counts of it in a comparison; `place` its number within its stream, from 0.
    """

    fact: Fact
    run_seq: int
    stream: Stream
    place: int
    says: JsonValue

    @property
    def event_type(self) -> str:
        """Its type."""
        return self.fact.event_type

    @property
    def step_id(self) -> str | None:
        """Its step, of step events."""
        return self.fact.subject_id if self.stream[0] == "step" else None


@dataclass(slots=True)
class History:
    """A run as it is compared: its events in `runSeq` order, and by stream; `plan` where it can be read."""

    snapshot: RunSnapshot
    plan: Plan | None
    events: tuple[Told, ...]
    streams: Mapping[Stream, tuple[Told, ...]]

    @property
    def ended(self) -> bool:
        """Whether nothing follows any more."""
        return self.snapshot.status in TERMINAL

    @property
    def queued(self) -> RunQueuedPayload | None:
        """What the run was asked to do."""
        first = self.events[0].fact.payload if self.events else None
        return first if isinstance(first, RunQueuedPayload) else None

    @property
    def started(self) -> RunStartedPayload | None:
        """What its start recorded."""
        payloads = (told.fact.payload for told in self.streams.get(RUN_STREAM, ())[1:2])
        return next((payload for payload in payloads if isinstance(payload, RunStartedPayload)), None)


@dataclass(slots=True)
class _Reader:
    streams: dict[Stream, list[Told]] = field(default_factory=dict)
    signals: dict[str, Stream] = field(default_factory=dict)
    updates: dict[int, int] = field(default_factory=dict)

    def read(self, fact: Fact, run_seq: int) -> Told:
        stream = self._stream(fact)
        places = self.streams.setdefault(stream, [])
        told = Told(fact, run_seq, stream, len(places), self._says(fact))
        places.append(told)
        if isinstance(fact.payload, SignalAppliedPayload) and fact.payload.parameters is not MISSING:
            self.updates[run_seq] = len(self.updates) + 1
        return told

    def _stream(self, fact: Fact) -> Stream:
        name = fact.subject_id or ""
        match RULES[fact.event_type].subject:
            case EventSubject.RUN:
                return RUN_STREAM
            case EventSubject.STEP:
                return ("step", name)
            case EventSubject.SIGNAL:  # pragma: no branch - mypy proves the match whole
                if name not in self.signals:
                    self.signals[name] = self._signal_stream(fact)
                return self.signals[name]

    def _signal_stream(self, fact: Fact) -> Stream:
        payload = fact.payload
        decided = SignalAcceptedPayload | SignalRejectedPayload
        kind = payload.signal_type.value if isinstance(payload, decided) else ""
        target = str(payload.arguments.get("stepId", "")) if isinstance(payload, SignalAcceptedPayload) else ""
        number = sum(stream[1:3] == (kind, target) for stream in self.signals.values())
        return ("signal", kind, target, str(number))

    def _says(self, fact: Fact) -> JsonValue:
        payload = fact.payload
        said = payload.document()
        match payload:
            case RunQueuedPayload():
                return {"plan": payload.plan_ref.sha256, "inputs": payload.inputs}
            case RunStartedPayload():
                return {"inputsHash": payload.inputs_hash, "stepCount": payload.step_count}
            case StepStartedPayload():
                return [fact.ordinal, self.updates.get(payload.inputs_version, 0)]
            case StepCompletedPayload():
                return ["completed", fact.ordinal, *result_of(payload)]
            case _:
                said["ordinal"] = fact.ordinal
                if "retryAt" in said or "final" in said:
                    said["retried"] = "retryAt" in said
                for name in ("message", "retryAt", "final", "signalId", "causeStepId", "actor", "reason"):
                    said.pop(name, None)
                return [fact.event_type, said]


def result_of(payload: StepCompletedPayload) -> tuple[JsonValue, JsonValue]:
    """What a step returned: hash of its output, and hashes of its artifacts by name."""
    return payload.output_hash, {artifact.name: artifact.sha256 for artifact in payload.artifacts}


def read_history(records: Iterable[RawRecord], *, run_id: str, tenant_id: str, plan: Plan | None = None) -> History:
    """Read a run's log for a comparison.

    Shape: the whole log in `runSeq` order. Unknown and illegal events, which change nothing, are left out, and so are
    redeliveries.
    """
    rows, reader, events = RunRows(run_id, tenant_id), _Reader(), []
    for record in records:
        event = parse_event(record.event.document())
        fact = fact_of(event)
        if write(rows, event) and fact is not None and fact.event_type not in _UNCOMPARED:
            events.append(reader.read(fact, record.run_seq))
    streams = {stream: tuple(told) for stream, told in reader.streams.items()}
    return History(assemble(rows), plan, tuple(events), streams)
