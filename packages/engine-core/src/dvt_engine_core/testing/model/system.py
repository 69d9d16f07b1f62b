"""The modelled system: writers in transactions, an outbox, two relays of which one may be a zombie, a consumer.

One step of an actor is one thing that nobody else can interrupt; a crash may come between any two. READ COMMITTED: a
look sees what is committed at that moment. Outbox ids are drawn when a row is written and shown by the order of the
rows; a crash rolls back what is not committed. A bus hands a message to the consumer at once; that it was repeated,
delayed behind others of the same relay or not confirmed is a publish and a crash here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from dvt_engine_core.testing.model.rules import ENDINGS, Entry, Event, Log, legal, status_of

Intent: TypeAlias = tuple[int, Event]
"""A run and an event that a writer wants in its log."""
Row: TypeAlias = tuple[int, int, int]
"""An outbox row: run, seq, and the writer whose transaction it is in, or COMMITTED."""
Step: TypeAlias = tuple[str, "State"]
COMMITTED: Final = -1
BATCH: Final = 2


@dataclass(frozen=True, slots=True)
class Design:
    """What the real system does; a mutant does one of them otherwise."""

    look_under_lock: bool = True
    probe_before_insert: bool = True
    slots: bool = True
    live_step_guard: bool = True
    names_status: bool = True
    delete_when_delivered: bool = True  # else a cursor over ids
    publish_before_ack: bool = True
    fetch_needs_epoch: bool = True
    consumer_ignores_epoch: bool = True


@dataclass(frozen=True, slots=True)
class Scenario:
    """What writers want, in order each; `relays` work when there are any."""

    name: str
    writers: tuple[tuple[Intent, ...], ...]
    relays: int = 0
    steals: int = 0
    design: Design = field(default_factory=Design)


class Writer(NamedTuple):
    """`phase`: idle, looked, locked, written. `seq` is the number it will give, 0 for an answer that writes nothing."""

    done: int = 0
    phase: str = "idle"
    seq: int = 0
    answer: str = ""


class Relay(NamedTuple):
    """`epoch` is what it believes to hold; `sent` of `batch` are published."""

    epoch: int = 0
    batch: tuple[tuple[int, int], ...] = ()
    sent: int = 0


class State(NamedTuple):
    """Everything. `wrong` is what an actor noticed that must not be."""

    logs: tuple[Log, ...]
    writers: tuple[Writer, ...]
    rows: tuple[Row, ...] = ()
    cursor: int = 0
    relays: tuple[Relay, ...] = ()
    epoch: int = 0
    holder: int = 0
    seen: tuple[tuple[int, ...], ...] = ()
    mark: int = 0
    wrong: str = ""


def initial(scenario: Scenario) -> State:
    """Nothing has happened; the first relay holds the shard."""
    runs = 1 + max(run for intents in scenario.writers for run, _ in intents)
    relays = tuple(Relay(epoch=1 if number == 0 else 0) for number in range(scenario.relays))
    return State(((),) * runs, (Writer(),) * len(scenario.writers), relays=relays, epoch=1, seen=((),) * runs)


def steps(state: State, scenario: Scenario) -> Iterator[Step]:
    """Everything that can happen next."""
    for number, intents in enumerate(scenario.writers):
        if state.writers[number].done < len(intents):
            yield from _writer_steps(state, scenario, number, *intents[state.writers[number].done])
    for number in range(scenario.relays):
        yield from _relay_steps(state, scenario.design, number)
    if scenario.relays > 1 and state.epoch <= scenario.steals:
        thief = 1 - state.holder
        taken = state.relays[thief]._replace(epoch=state.epoch + 1)
        relays = _put(state.relays, thief, taken)
        yield f"relay {thief} takes the lease", state._replace(relays=relays, holder=thief, epoch=state.epoch + 1)


def _writer_steps(state: State, scenario: Scenario, number: int, run: int, event: Event) -> Iterator[Step]:
    writer, design = state.writers[number], scenario.design
    told = f"writer {number}, {event.type} {event.attempt} of run {run}: "

    def to(after: Writer, change: State = state) -> State:
        return change._replace(writers=_put(change.writers, number, after))

    order = ("idle", "locked", "looked") if design.look_under_lock else ("idle", "looked", "locked")
    upcoming = dict(pairwise(order)).get(writer.phase)
    if upcoming == "looked":
        yield told + "looks", to(_judged(state.logs[run], writer, event, design))
    elif upcoming == "locked" and _free(state, scenario, run):
        yield told + "locks", to(writer._replace(phase="locked"))
    elif writer.phase == order[-1]:
        if writer.seq:
            rows = (*state.rows, (run, writer.seq, number))
            yield told + "writes", to(writer._replace(phase="written"), state._replace(rows=rows))
        elif writer.answer == "later":
            yield told + "is refused and tries again", to(Writer(writer.done))
        else:
            wrong = _misinformed(state.logs[run], event, writer.answer) if design.look_under_lock else ""
            yield told + f"hears {writer.answer}", to(Writer(writer.done + 1), state._replace(wrong=wrong))
    elif writer.phase == "written":
        rows = tuple((*row[:2], COMMITTED) if row[2] == number else row for row in state.rows)
        logs = _put(state.logs, run, (*state.logs[run], Entry(writer.seq, event)))
        committed = state._replace(rows=rows, logs=logs)
        yield told + "commits and hears", to(Writer(writer.done + 1), committed)
        yield told + "commits and crashes unheard", to(Writer(writer.done), committed)
    if writer.phase != "idle":
        yield told + "crashes", to(Writer(writer.done), _rolled_back(state, number))


def _free(state: State, scenario: Scenario, run: int) -> bool:
    """Whether nobody holds the run's lock."""
    held = {"locked", "written"} | ({"looked"} if scenario.design.look_under_lock else set())
    return not any(
        writer.phase in held and intents[writer.done][0] == run
        for writer, intents in zip(state.writers, scenario.writers, strict=True)
        if writer.done < len(intents)
    )


def _judged(log: Log, writer: Writer, event: Event, design: Design) -> Writer:
    """The order of judgement: duplicate, superseded, illegal, appended."""
    at = status_of(log)
    known = [entry.event for entry in log]
    looked = writer._replace(phase="looked", seq=0)
    if event.key in [one.key for one in known]:
        return looked._replace(answer="duplicate")
    if design.slots and event.slot and event.slot in [one.slot for one in known]:
        return looked._replace(answer="superseded")
    named = design.names_status and event.legal_from and at.run != event.legal_from
    if named or not legal(at, event, live_step_guard=design.live_step_guard):
        open_still = at.run not in ENDINGS.values()
        return looked._replace(answer="later" if event.patient and open_still else "illegal")
    if not design.probe_before_insert:
        return looked._replace(answer="duplicate")  # it met the row that its own transaction had inserted
    return looked._replace(seq=len(log) + 1, answer="appended")


def _misinformed(log: Log, event: Event, answer: str) -> str:
    """What is wrong with an answer that writes nothing, given under the lock."""
    if (answer == "duplicate") != (event.key in [entry.event.key for entry in log]):
        return "I7 a duplicate was answered without a record, or a record without its answer"
    if event.slot and answer == "illegal" and event.slot in [entry.event.slot for entry in log]:
        return "I7 the loser of a slot was not told who won it"
    return ""


def _rolled_back(state: State, number: int) -> State:
    gone = [at for at, row in enumerate(state.rows) if row[2] == number]
    rows = tuple(row for row in state.rows if row[2] != number)
    return state._replace(rows=rows, cursor=state.cursor - sum(at < state.cursor for at in gone))


def _relay_steps(state: State, design: Design, number: int) -> Iterator[Step]:
    relay, told = state.relays[number], f"relay {number} "

    def to(after: Relay, change: State = state) -> State:
        return change._replace(relays=_put(change.relays, number, after))

    if not relay.batch and relay.epoch:
        yield from _fetched(state, design, number)
    elif relay.sent < len(relay.batch):
        run, seq = relay.batch[relay.sent]
        yield (
            told + f"publishes {seq} of run {run}",
            to(relay._replace(sent=relay.sent + 1), _delivered(state, design, relay.epoch, run, seq)),
        )
    elif relay.batch:
        rows = state.rows if not design.publish_before_ack else _without(state.rows, relay.batch, design)
        yield told + "acknowledges", to(Relay(relay.epoch), state._replace(rows=rows))
    if relay.batch:
        yield told + "crashes", to(Relay(relay.epoch))


def _fetched(state: State, design: Design, number: int) -> Iterator[Step]:
    relay, told = state.relays[number], f"relay {number} "
    if design.fetch_needs_epoch and relay.epoch != state.epoch:
        yield told + "learns that its lease is gone", state._replace(relays=_put(state.relays, number, Relay()))
        return
    start = 0 if design.delete_when_delivered else state.cursor
    visible = [(at, row[:2]) for at, row in enumerate(state.rows) if at >= start and row[2] == COMMITTED][:BATCH]
    if visible:
        batch = tuple(row for _, row in visible)
        after = state._replace(relays=_put(state.relays, number, relay._replace(batch=batch)))
        if not design.delete_when_delivered:
            after = after._replace(cursor=visible[-1][0] + 1)
        if not design.publish_before_ack:
            after = after._replace(rows=_without(state.rows, batch, design))
        if relay.epoch != state.epoch:
            after = after._replace(wrong="a relay without the lease fetched")
        yield told + "fetches", after


def _without(rows: tuple[Row, ...], batch: tuple[tuple[int, int], ...], design: Design) -> tuple[Row, ...]:
    if not design.delete_when_delivered:
        return rows
    return tuple(row for row in rows if row[:2] not in batch)


def _delivered(state: State, design: Design, epoch: int, run: int, seq: int) -> State:
    """The consumer deduplicates by key, which a seq stands for."""
    if not design.consumer_ignores_epoch:
        if epoch < state.mark:
            return state
        state = state._replace(mark=epoch)
    if seq in state.seen[run]:
        return state
    return state._replace(seen=_put(state.seen, run, (*state.seen[run], seq)))


def _put(items: tuple, at: int, item: object) -> tuple:  # type: ignore[type-arg]  # any of the state's tuples
    return (*items[:at], item, *items[at + 1 :])
