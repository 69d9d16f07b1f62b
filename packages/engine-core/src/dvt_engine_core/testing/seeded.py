"""Time and ids that depend on nothing but a seed, and logs made by chance."""

from dataclasses import dataclass
from random import Random
from uuid import UUID

from dvt_contracts.loader import AnyEvent

from dvt_engine_core.facts import Fact, Payload
from dvt_engine_core.projector import RunRows, next_status, write
from dvt_engine_core.retry import instant_after
from dvt_engine_core.testing.builders import PAYLOADS, REUSED, SampleRun
from dvt_engine_core.transitions import RULES, is_terminal_event

STEPS = ("a", "b", "c")
SIGNALS = ("s", "t")


@dataclass(slots=True)
class SteppingClock:
    """A clock that goes on by one millisecond whenever it is read."""

    at: str = "2026-01-31T08:15:30.000Z"

    def now(self) -> str:
        """See Clock."""
        self.at = instant_after(self.at, 1)
        return self.at


@dataclass(frozen=True, slots=True)
class SeededIds:
    """Ids from a seed."""

    chance: Random

    def run_id(self) -> str:
        """See Ids."""
        return self._id(7)

    def event_id(self) -> str:
        """See Ids."""
        return self._id(4)

    def _id(self, version: int) -> str:
        bits = self.chance.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62)
        return str(UUID(int=bits | version << 76 | 0x2 << 62))


def seeded_run(chance: Random) -> SampleRun:
    """A run whose ids and times depend on `chance` alone."""
    return SampleRun(clock=SteppingClock(), ids=SeededIds(chance))


def random_log(chance: Random, run: SampleRun, *, length: int, illegal: bool = False) -> list[AnyEvent]:
    """A log of at most `length` events after RunQueued, each chosen among those that are legal where it stands.

    Shape: ends early where nothing is legal; a tenth is of unknown types; with `illegal` another tenth is not legal.
    """
    rows = RunRows(run.run_id, run.tenant_id)
    log: list[AnyEvent] = [run.new().queued]
    write(rows, log[0])
    counts: dict[str, int] = {}
    for _ in range(length):
        odd = illegal and chance.random() < 0.1
        options = [fact for fact in _facts(rows, counts) if (next_status(rows, fact) is None) is odd]
        open_ended = [fact for fact in options if not is_terminal_event(fact.event_type)]
        options = open_ended if open_ended and chance.random() < 0.95 else options
        if not options:
            break
        if chance.random() < 0.1 and rows.state is not None:
            log.append(run.unknown())
        else:
            fact = chance.choice(options)
            counts[fact.event_type] = counts.get(fact.event_type, 0) + 1
            log.append(run.event(fact.event_type, fact.subject_id, fact.ordinal, fact.payload))
        write(rows, log[-1])
    return log


def _facts(rows: RunRows, counts: dict[str, int]) -> list[Fact]:
    """Every fact that somebody might try to append."""
    found = []
    for event_type, payload in PAYLOADS.items():
        match RULES[event_type].subject.value:
            case "run":
                found.append(Fact(event_type, payload, ordinal=counts.get(event_type, 0) + 1))
            case "signal":
                found += [Fact(event_type, payload, signal) for signal in SIGNALS]
            case _:
                payloads: list[Payload] = [payload, REUSED] if event_type == "StepCompleted" else [payload]
                attempts = {step: rows.steps[step].attempt if step in rows.steps else 0 for step in STEPS}
                found += [
                    Fact(event_type, one, step, attempt)
                    for step in STEPS
                    for attempt in {max(1, attempts[step]), attempts[step] + 1}
                    for one in payloads
                ]
    return found
