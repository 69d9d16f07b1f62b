"""The rules of StateStore: one per MUST clause of contracts/clauses/store-v1.md, run whole by every implementation."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, TypeAlias

from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.glossary.v1.status import RunStatus, StepStatus
from dvt_contracts.models.store.v1.append_result import (
    Appended,
    AppendResult,
    Duplicate,
    Illegal,
    Superseded,
    UnknownRun,
)
from dvt_contracts.models.store.v1.create_run_result import RunCreated, RunExisting, StartKeyConflict
from pydantic import MISSING

from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.hashes import chain_next, chain_start, state_hash
from dvt_engine_core.ports.store import IntentQueue, RunKey, RunQuery, StateStore
from dvt_engine_core.projector import project
from dvt_engine_core.testing.builders import PAYLOADS, REUSED, SampleRun
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.transitions import RULES, next_step_status


@dataclass(frozen=True, slots=True)
class StoreUnderTest:
    """A fresh store and the intent queue that its appends feed."""

    store: StateStore
    intents: IntentQueue


StoreFactory: TypeAlias = Callable[[], AbstractAsyncContextManager[StoreUnderTest]]


async def _created(store: StateStore, *, started: bool = True, tenant: str = "local") -> SampleRun:
    run = SampleRun(tenant)
    assert isinstance(await store.create_run(run.new()), RunCreated)
    if started:
        await _appended(store, run, run.event("RunStarted"))
    return run


async def _one(store: StateStore, run: SampleRun, event: AnyEvent, legal_from: RunStatus | None = None) -> AppendResult:
    (result,) = await store.append(run.key, [event], legal_from=legal_from)
    return result


async def _appended(store: StateStore, run: SampleRun, *events: AnyEvent) -> None:
    for event in events:
        result = await _one(store, run, event)
        assert isinstance(result, Appended), (event.event_type, result)


async def _log(store: StateStore, run: RunKey, *, after: int = 0, limit: int | None = None) -> list[RawRecord]:
    return [record async for record in store.read_events(run, after=after, limit=limit)]


async def _types(store: StateStore, run: SampleRun) -> list[str]:
    return [record.event.event_type for record in await _log(store, run.key)]


async def a_run_begins_with_run_queued_and_a_start_intent(factory: StoreFactory) -> None:
    """create_run stores RunQueued as event 1 and the start intent in one transaction."""
    async with factory() as under:
        run = await _created(under.store, started=False)
        assert await _types(under.store, run) == ["RunQueued"]
        (intent,) = await under.intents.take(limit=10, lease_ms=60_000)
        assert (intent.run_id, intent.tenant_id, intent.intent_type.value) == (run.run_id, "local", "start")


async def a_known_start_key_returns_the_same_run(factory: StoreFactory) -> None:
    """A known start key with the same fingerprint returns the run that exists and writes nothing."""
    async with factory() as under:
        first, second = SampleRun(), SampleRun()
        await under.store.create_run(first.new(start_key="k"))
        again = await under.store.create_run(second.new(start_key="k"))
        assert isinstance(again, RunExisting)
        assert again.run_id == first.run_id
        assert await under.store.read_run(second.key) is None
        assert len(await under.intents.take(limit=10, lease_ms=60_000)) == 1


async def a_start_key_with_another_fingerprint_is_a_conflict(factory: StoreFactory) -> None:
    """A known start key with another fingerprint is a conflict; another tenant's key is another key."""
    async with factory() as under:
        first = SampleRun()
        await under.store.create_run(first.new(start_key="k"))
        assert isinstance(
            await under.store.create_run(SampleRun().new(start_key="k", fingerprint="b" * 64)), StartKeyConflict
        )
        assert isinstance(await under.store.create_run(SampleRun("other").new(start_key="k")), RunCreated)


async def a_foreign_run_is_an_unknown_run(factory: StoreFactory) -> None:
    """A run that does not exist, or is another tenant's, answers unknown_run, before anything else is judged."""
    async with factory() as under:
        run = await _created(under.store)
        event = run.event("StepStarted", "a")
        foreign = RunKey("other", run.run_id)
        assert isinstance((await under.store.append(foreign, [event]))[0], UnknownRun)
        assert isinstance((await under.store.append(SampleRun().key, [event]))[0], UnknownRun)
        assert await under.store.read_run(foreign) is None
        assert await _log(under.store, foreign) == []


async def a_known_key_returns_the_first_record(factory: StoreFactory) -> None:
    """A known key answers duplicate with the first record, also when the body differs, and writes nothing."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, run.event("StepStarted", "a"), run.event("StepFailed", "a"))
        other = run.event("StepFailed", "a", payload=PAYLOADS["StepFailed"].model_copy(update={"code": "TIMEOUT"}))
        result = await _one(under.store, run, other)
        assert isinstance(result, Duplicate)
        assert result.record == (await _log(under.store, run.key))[-1]
        assert len(await _log(under.store, run.key)) == 4


async def a_repeated_start_tells_the_outcome_of_its_attempt(factory: StoreFactory) -> None:
    """A duplicate StepStarted brings the recorded outcome of that attempt, where it has one."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, run.event("StepStarted", "a"))
        resumed = await _one(under.store, run, run.event("StepStarted", "a"))
        assert isinstance(resumed, Duplicate)
        assert resumed.attempt_outcome is MISSING
        await _appended(under.store, run, run.event("StepFailed", "a"), run.event("StepStarted", "a", 2))
        finished = await _one(under.store, run, run.event("StepStarted", "a"))
        assert isinstance(finished, Duplicate)
        assert finished.attempt_outcome is not MISSING
        assert finished.attempt_outcome.event.event_type == "StepFailed"


async def a_taken_slot_supersedes(factory: StoreFactory) -> None:
    """An attempt has one outcome, a signal one decision and one application: a later one gets the winner."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(
            under.store,
            run,
            run.event("StepStarted", "a"),
            run.event("StepFailed", "a"),
            run.event("StepStarted", "a", 2),
        )
        late = await _one(under.store, run, run.event("StepCompleted", "a", 1))
        assert isinstance(late, Superseded)
        assert late.record.event.event_type == "StepFailed"
        await _appended(under.store, run, run.event("SignalRejected", "s"))
        decided = await _one(under.store, run, run.event("SignalAccepted", "s"))
        assert isinstance(decided, Superseded)
        assert decided.record.event.event_type == "SignalRejected"


async def terminal_is_final(factory: StoreFactory) -> None:
    """After a terminal event another one is superseded by it and anything else is illegal."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, run.event("RunCompleted"))
        second = await _one(under.store, run, run.event("RunFailed"))
        assert isinstance(second, Superseded)
        assert second.record.event.event_type == "RunCompleted"
        for event in (
            run.event("StepStarted", "a"),
            run.event("SignalAccepted", "s"),
            run.event("RunPaused"),
            run.unknown(),
        ):
            assert isinstance(await _one(under.store, run, event), Illegal), event.event_type
        assert isinstance(await _one(under.store, run, run.event("RunStarted")), Duplicate)


async def an_illegal_event_returns_the_state_and_writes_nothing(factory: StoreFactory) -> None:
    """An illegal event is answered with the current state."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, run.event("StepStarted", "a"), run.event("RunCancelling"))
        result = await _one(under.store, run, run.event("StepSkipped", "a"))
        assert isinstance(result, Illegal)
        state = result.state
        assert (state.run_status, state.last_run_seq, state.running_steps) == (RunStatus.RUNNING, 4, 1)
        assert (state.step_status, state.attempt) == (StepStatus.RUNNING, 1)
        assert state.run_substatus is not MISSING
        assert state.run_substatus.value == "CANCELLING"
        assert len(await _log(under.store, run.key)) == 4


async def no_run_ends_beside_a_running_step(factory: StoreFactory) -> None:
    """A terminal event is illegal while a step of the run is RUNNING."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, run.event("StepStarted", "a"))
        assert isinstance(await _one(under.store, run, run.event("RunFailed")), Illegal)
        await _appended(under.store, run, run.event("StepCompleted", "a"), run.event("RunFailed"))


async def an_append_may_name_the_only_status_it_is_legal_from(factory: StoreFactory) -> None:
    """With legal_from the batch is illegal from any other status, and whole from this one."""
    async with factory() as under:
        run = await _created(under.store, started=False)
        await _appended(under.store, run, run.event("SignalAccepted", "s"))
        batch = [run.event("SignalApplied", "s"), run.event("RunCancelled")]
        await _appended(under.store, run, run.event("RunStarted"))
        refused = await under.store.append(run.key, batch, legal_from=RunStatus.PENDING)
        assert [type(result) for result in refused] == [Illegal, Illegal]
        assert len(await _log(under.store, run.key)) == 3
        other = await _created(under.store, started=False)
        await _appended(under.store, other, other.event("SignalAccepted", "s"))
        batch = [other.event("SignalApplied", "s"), other.event("RunCancelled")]
        written = await under.store.append(other.key, batch, legal_from=RunStatus.PENDING)
        assert [type(result) for result in written] == [Appended, Appended]
        steps = [run.event("SignalRejected", "x"), run.event("SignalRejected", "y")]
        elsewhere = await under.store.append(run.key, steps, legal_from=RunStatus.PENDING)
        assert [type(result) for result in elsewhere] == [Illegal, Illegal]
        again = await under.store.append(other.key, batch, legal_from=RunStatus.PENDING)
        assert [type(result) for result in again] == [Duplicate, Duplicate]


async def a_batch_is_judged_in_order_as_if_each_came_alone(factory: StoreFactory) -> None:
    """Each event of a batch sees what the ones before it wrote; answers come in the order of the events."""
    async with factory() as under:
        run = await _created(under.store)
        results = await under.store.append(
            run.key,
            [
                run.event("StepStarted", "a"),
                run.event("StepStarted", "a"),
                run.event("RunCompleted"),
                run.event("StepCompleted", "a"),
                run.event("StepFailed", "a"),
                run.event("RunCompleted"),
            ],
        )
        assert [type(result) for result in results] == [Appended, Duplicate, Illegal, Appended, Superseded, Appended]
        assert await _types(under.store, run) == [
            "RunQueued",
            "RunStarted",
            "StepStarted",
            "StepCompleted",
            "RunCompleted",
        ]


async def a_signal_is_applied_with_all_its_effects_or_not_at_all(factory: StoreFactory) -> None:
    """A group led by SignalApplied writes nothing unless that is appended, and answers with what is stored."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, run.event("SignalAccepted", "s"))
        group = [run.event("SignalApplied", "s"), run.event("RunCancelling"), run.event("StepSkipped", "a")]
        unaccepted = [run.event("SignalApplied", "other"), run.event("RunCancelling")]
        refused = await under.store.append(run.key, unaccepted)
        assert not any(isinstance(result, Appended) for result in refused)
        assert len(await _log(under.store, run.key)) == 3
        assert [type(result) for result in await under.store.append(run.key, group)] == [Appended] * 3
        later = [run.event("SignalApplied", "s"), run.event("RunCancelling", ordinal=2), run.event("StepSkipped", "a")]
        repeated = await under.store.append(run.key, later)
        assert isinstance(repeated[0], Duplicate)
        assert not any(isinstance(result, Appended) for result in repeated)
        assert isinstance(repeated[2], Duplicate)
        assert len(await _log(under.store, run.key)) == 6


async def the_log_is_contiguous_and_read_in_order(factory: StoreFactory) -> None:
    """RunSeq counts from 1 without gaps; reads begin after a given one and end at a limit."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, *(run.event("StepStarted", name) for name in "abc"))
        assert [record.run_seq for record in await _log(under.store, run.key)] == [1, 2, 3, 4, 5]
        assert [record.run_seq for record in await _log(under.store, run.key, after=2, limit=2)] == [3, 4]
        assert await _log(under.store, run.key, after=5) == []


async def an_event_is_stored_unchanged(factory: StoreFactory) -> None:
    """A record holds the event byte for byte as its canonical text; persistedAt is the database's own."""
    async with factory() as under:
        run = await _created(under.store)
        event = run.event("StepStarted", "a")
        await _appended(under.store, run, event)
        record = (await _log(under.store, run.key))[-1]
        assert canonical_text(record.event.document()) == canonical_text(event.document())


async def the_history_hash_is_the_head_of_the_chain(factory: StoreFactory) -> None:
    """h(0) comes from the run id, h(n) from h(n-1) and the body; the head is the run's history hash."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, run.event("StepStarted", "a"), run.event("StepCompleted", "a"))
        head = chain_start(run.run_id)
        for record in await _log(under.store, run.key):
            head = chain_next(head, canonical_text(record.event.document()))
        stored = await under.store.read_run(run.key)
        assert stored is not None
        assert stored.history_hash == head.hex()


async def the_live_projection_equals_the_fold(factory: StoreFactory) -> None:
    """The live snapshot, the fold of the log and the rebuilt rows have one state hash."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(
            under.store,
            run,
            run.event("StepStarted", "a"),
            run.event("StepRedelivered", "a"),
            run.event("StepFailed", "a"),
            run.event("StepStarted", "a", 2),
            run.event("StepCompleted", "b", payload=REUSED),
            run.unknown(),
            run.event("SignalAccepted", "s"),
            run.event("SignalApplied", "s"),
            run.event("RunCancelling"),
            run.event("StepSkipped", "c"),
            run.event("StepCancelled", "a", 2),
            run.event("RunCancelled"),
        )
        live = await under.store.read_run(run.key)
        folded = project(await _log(under.store, run.key), run_id=run.run_id, tenant_id="local")
        rebuilt = await under.store.rebuild(run.key)
        after = await under.store.read_run(run.key)
        assert live is not None
        assert folded.alerts == ()
        assert canonical_text(live.snapshot.document()) == canonical_text(folded.snapshot.document())
        assert state_hash(live.snapshot) == state_hash(folded.snapshot)
        assert rebuilt == live
        assert after == live


async def unknown_types_are_kept_and_change_nothing(factory: StoreFactory) -> None:
    """An event of an unknown type is appended in every open state, advances lastRunSeq and changes no state."""
    async with factory() as under:
        run = await _created(under.store, started=False)
        before = await under.store.read_run(run.key)
        await _appended(under.store, run, run.unknown())
        after = await under.store.read_run(run.key)
        assert before is not None
        assert after is not None
        assert after.snapshot.last_run_seq == 2
        assert after.snapshot.model_copy(update={"last_run_seq": 1}) == before.snapshot
        assert (await _log(under.store, run.key))[-1].event.document()["mood"] == "thoughtful"


async def an_accepted_signal_brings_its_intent(factory: StoreFactory) -> None:
    """SignalAccepted and its intent are stored together, and once."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, run.event("SignalAccepted", "s"))
        assert isinstance(await _one(under.store, run, run.event("SignalAccepted", "s")), Duplicate)
        intents = await under.intents.pending(run.key)
        assert [(intent.intent_type.value, intent.signal_id) for intent in intents] == [
            ("start", MISSING),
            ("signal", "s"),
        ]


async def intents_are_leased_postponed_and_finished(factory: StoreFactory) -> None:
    """A taken intent is not seen again within its lease; postponed ones come back with their failure."""
    async with factory() as under:
        run = await _created(under.store)
        (intent,) = await under.intents.take(limit=10, lease_ms=60_000)
        assert await under.intents.take(limit=10, lease_ms=60_000) == ()
        await under.intents.postpone(intent.intent_id, delay_ms=0, error="ENGINE_UNAVAILABLE")
        await under.intents.wait(timeout_ms=5)
        (again,) = await under.intents.take(limit=10, lease_ms=60_000)
        assert (again.intent_id, again.attempts, again.last_error) == (intent.intent_id, 1, "ENGINE_UNAVAILABLE")
        await under.intents.postpone(intent.intent_id, delay_ms=60_000, error="ENGINE_UNAVAILABLE")
        assert await under.intents.take(limit=10, lease_ms=60_000) == ()
        await under.intents.finish(intent.intent_id)
        assert await under.intents.pending(run.key) == ()


async def runs_are_listed_newest_first(factory: StoreFactory) -> None:
    """A list holds the tenant's runs only, newest first, by status, id prefix, page and limit."""
    async with factory() as under:
        runs = [await _created(under.store) for _ in range(3)]
        await _created(under.store, tenant="other")
        await _appended(under.store, runs[0], runs[0].event("RunCompleted"))

        async def ids(query: RunQuery) -> list[str]:
            return [found.run_id for found in await under.store.list_runs("local", query)]

        newest = sorted((run.run_id for run in runs), reverse=True)
        assert await ids(RunQuery()) == newest
        assert await ids(RunQuery(limit=2)) == newest[:2]
        assert await ids(RunQuery(before=newest[0])) == newest[1:]
        assert await ids(RunQuery(status=RunStatus.COMPLETED)) == [runs[0].run_id]
        assert await ids(RunQuery(id_prefix=runs[1].run_id[:30])) in ([runs[1].run_id], newest)
        assert await ids(RunQuery(id_prefix=runs[1].run_id)) == [runs[1].run_id]


async def a_read_may_name_its_steps(factory: StoreFactory) -> None:
    """With steps named the snapshot holds the rows of these steps only; the run's own state is whole."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, *(run.event("StepStarted", name) for name in "abc"))
        part = await under.store.read_run(run.key, steps=["b", "z"])
        none = await under.store.read_run(run.key, steps=())
        assert part is not None
        assert none is not None
        assert [step.step_id for step in part.snapshot.steps] == ["b"]
        assert none.snapshot.steps == []
        assert part.snapshot.last_run_seq == 5


_WAYS: Final[dict[str, list[tuple[str, int]]]] = {
    "fresh": [],
    "running": [("StepStarted", 1)],
    "succeeded": [("StepStarted", 1), ("StepCompleted", 1)],
    "failed": [("StepStarted", 1), ("StepFailed", 1)],
    "running again": [("StepStarted", 1), ("StepFailed", 1), ("StepStarted", 2)],
    "cancelled": [("StepStarted", 1), ("StepCancelled", 1)],
    "skipped": [("StepSkipped", 1)],
    "never started, failed": [("StepFailed", 1)],
}
_END: Final = {
    "fresh": (StepStatus.PENDING, 0),
    "running": (StepStatus.RUNNING, 1),
    "succeeded": (StepStatus.SUCCEEDED, 1),
    "failed": (StepStatus.FAILED, 1),
    "running again": (StepStatus.RUNNING, 2),
    "cancelled": (StepStatus.CANCELLED, 1),
    "skipped": (StepStatus.SKIPPED, 1),
    "never started, failed": (StepStatus.FAILED, 1),
}


async def steps_move_by_the_table_and_no_other_way(factory: StoreFactory) -> None:
    """From every state every step event with every attempt is appended exactly where the table allows it."""
    async with factory() as under:
        for way, path in _WAYS.items():
            status, attempt = _END[way]
            for event_type in (name for name, rule in RULES.items() if rule.subject.value == "step"):
                run = await _created(under.store)
                for number in range(4):
                    step = f"s{number}"
                    await _appended(under.store, run, *(run.event(name, step, ordinal) for name, ordinal in path))
                    result = await _one(under.store, run, run.event(event_type, step, max(1, number)))
                    legal = next_step_status(event_type, status=status, attempt=attempt, event_attempt=max(1, number))
                    repeated = (event_type, max(1, number)) in path
                    wanted = Appended if legal and not repeated else (Duplicate, Superseded, Illegal)
                    assert isinstance(result, wanted), (way, event_type, number, result)


async def before_its_start_and_after_its_end_a_run_takes_no_step_events(factory: StoreFactory) -> None:
    """Step events are legal only while a run is RUNNING or PAUSED."""
    async with factory() as under:
        run = await _created(under.store, started=False)
        assert isinstance(await _one(under.store, run, run.event("StepStarted", "a")), Illegal)
        await _appended(
            under.store, run, run.event("RunStarted"), run.event("RunPaused"), run.event("StepStarted", "a")
        )
        await _appended(
            under.store, run, run.event("StepCompleted", "a"), run.event("RunDrained"), run.event("RunResumed")
        )
        assert isinstance(await _one(under.store, run, run.event("RunDrained", ordinal=2)), Illegal)
        await _appended(under.store, run, run.event("RunPaused", ordinal=2), run.event("RunResumed", ordinal=2))


async def of_identical_appends_one_is_written(factory: StoreFactory) -> None:
    """Of identical appends at once one is appended, all others are duplicates of it."""
    async with factory() as under:
        run = await _created(under.store)
        results = await asyncio.gather(*(_one(under.store, run, run.event("StepStarted", "a")) for _ in range(6)))
        assert sorted(result.outcome for result in results) == ["appended"] + ["duplicate"] * 5
        assert len(await _log(under.store, run.key)) == 3


async def of_different_outcomes_one_wins(factory: StoreFactory) -> None:
    """Of different outcomes of one attempt at once one is appended, the others are superseded by it."""
    async with factory() as under:
        run = await _created(under.store)
        await _appended(under.store, run, run.event("StepStarted", "a"))
        outcomes = [run.event(name, "a") for name in ("StepCompleted", "StepFailed", "StepCancelled")]
        results = await asyncio.gather(*(_one(under.store, run, event) for event in outcomes))
        assert sorted(result.outcome for result in results) == ["appended", "superseded", "superseded"]
        winner = (await _log(under.store, run.key))[-1]
        assert all(result.record == winner for result in results if isinstance(result, Superseded))


async def writers_of_one_run_leave_one_order(factory: StoreFactory) -> None:
    """Many writers of one run leave a contiguous log whose fold is the live projection."""
    async with factory() as under:
        run = await _created(under.store)

        async def step(name: str) -> None:
            for event_type in ("StepStarted", "StepRedelivered", "StepCompleted"):
                await _appended(under.store, run, run.event(event_type, name))

        await asyncio.gather(*(step(f"s{number}") for number in range(8)))
        log = await _log(under.store, run.key)
        assert [record.run_seq for record in log] == list(range(1, 27))
        live = await under.store.read_run(run.key)
        assert live is not None
        assert state_hash(live.snapshot) == state_hash(project(log, run_id=run.run_id, tenant_id="local").snapshot)


STORE_RULES: Final[tuple[Rule[StoreFactory], ...]] = tuple(
    Rule(f"STORE-{number:03}", check)
    for number, check in enumerate(
        (
            a_run_begins_with_run_queued_and_a_start_intent,
            a_known_start_key_returns_the_same_run,
            a_start_key_with_another_fingerprint_is_a_conflict,
            a_foreign_run_is_an_unknown_run,
            a_known_key_returns_the_first_record,
            a_repeated_start_tells_the_outcome_of_its_attempt,
            a_taken_slot_supersedes,
            terminal_is_final,
            an_illegal_event_returns_the_state_and_writes_nothing,
            no_run_ends_beside_a_running_step,
            an_append_may_name_the_only_status_it_is_legal_from,
            a_batch_is_judged_in_order_as_if_each_came_alone,
            a_signal_is_applied_with_all_its_effects_or_not_at_all,
            the_log_is_contiguous_and_read_in_order,
            an_event_is_stored_unchanged,
            the_history_hash_is_the_head_of_the_chain,
            the_live_projection_equals_the_fold,
            unknown_types_are_kept_and_change_nothing,
            an_accepted_signal_brings_its_intent,
            intents_are_leased_postponed_and_finished,
            runs_are_listed_newest_first,
            a_read_may_name_its_steps,
            steps_move_by_the_table_and_no_other_way,
            before_its_start_and_after_its_end_a_run_takes_no_step_events,
            of_identical_appends_one_is_written,
            of_different_outcomes_one_wins,
            writers_of_one_run_leave_one_order,
        ),
        start=1,
    )
)
