"""The outcomes of appending, in the order in which they are judged."""

from dvt_contracts.models.glossary.v1.status import RunStatus, StepStatus
from dvt_contracts.models.store.v1.append_result import (
    Appended,
    Duplicate,
    Illegal,
    Superseded,
    UnknownRun,
)
from dvt_contracts.models.store.v1.create_run_result import RunCreated, RunExisting, StartKeyConflict
from pydantic import MISSING

from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.builders import PAYLOADS, SampleRun
from dvt_engine_core.testing.conformance.store_harness import StoreFactory, appended, created, log_types, one, read_log


async def a_run_begins_with_run_queued_and_a_start_intent(factory: StoreFactory) -> None:
    """create_run stores RunQueued as event 1 and the start intent in one transaction."""
    async with factory() as under:
        run = await created(under.store, started=False)
        assert await log_types(under.store, run) == ["RunQueued"]
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
        run = await created(under.store)
        event = run.event("StepStarted", "a")
        foreign = RunKey("other", run.run_id)
        assert isinstance((await under.store.append(foreign, [event]))[0], UnknownRun)
        assert isinstance((await under.store.append(SampleRun().key, [event]))[0], UnknownRun)
        assert await under.store.read_run(foreign) is None
        assert await read_log(under.store, foreign) == []


async def a_known_key_returns_the_first_record(factory: StoreFactory) -> None:
    """A known key answers duplicate with the first record, also when the body differs, and writes nothing."""
    async with factory() as under:
        run = await created(under.store)
        await appended(under.store, run, run.event("StepStarted", "a"), run.event("StepFailed", "a"))
        other = run.event("StepFailed", "a", payload=PAYLOADS["StepFailed"].model_copy(update={"code": "TIMEOUT"}))
        result = await one(under.store, run, other)
        assert isinstance(result, Duplicate)
        assert result.record == (await read_log(under.store, run.key))[-1]
        assert len(await read_log(under.store, run.key)) == 4


async def a_repeated_start_tells_the_outcome_of_its_attempt(factory: StoreFactory) -> None:
    """A duplicate StepStarted brings the recorded outcome of that attempt, where it has one."""
    async with factory() as under:
        run = await created(under.store)
        await appended(under.store, run, run.event("StepStarted", "a"))
        resumed = await one(under.store, run, run.event("StepStarted", "a"))
        assert isinstance(resumed, Duplicate)
        assert resumed.attempt_outcome is MISSING
        await appended(under.store, run, run.event("StepFailed", "a"), run.event("StepStarted", "a", 2))
        finished = await one(under.store, run, run.event("StepStarted", "a"))
        assert isinstance(finished, Duplicate)
        assert finished.attempt_outcome is not MISSING
        assert finished.attempt_outcome.event.event_type == "StepFailed"


async def a_taken_slot_supersedes(factory: StoreFactory) -> None:
    """An attempt has one outcome, a signal one decision and one application: a later one gets the winner."""
    async with factory() as under:
        run = await created(under.store)
        await appended(
            under.store,
            run,
            run.event("StepStarted", "a"),
            run.event("StepFailed", "a"),
            run.event("StepStarted", "a", 2),
        )
        late = await one(under.store, run, run.event("StepCompleted", "a", 1))
        assert isinstance(late, Superseded)
        assert late.record.event.event_type == "StepFailed"
        await appended(under.store, run, run.event("SignalRejected", "s"))
        decided = await one(under.store, run, run.event("SignalAccepted", "s"))
        assert isinstance(decided, Superseded)
        assert decided.record.event.event_type == "SignalRejected"


async def terminal_is_final(factory: StoreFactory) -> None:
    """After a terminal event another one is superseded by it and anything else is illegal."""
    async with factory() as under:
        run = await created(under.store)
        await appended(under.store, run, run.event("RunCompleted"))
        second = await one(under.store, run, run.event("RunFailed"))
        assert isinstance(second, Superseded)
        assert second.record.event.event_type == "RunCompleted"
        for event in (
            run.event("StepStarted", "a"),
            run.event("SignalAccepted", "s"),
            run.event("RunPaused"),
            run.unknown(),
        ):
            assert isinstance(await one(under.store, run, event), Illegal), event.event_type
        assert isinstance(await one(under.store, run, run.event("RunStarted")), Duplicate)


async def an_illegal_event_returns_the_state_and_writes_nothing(factory: StoreFactory) -> None:
    """An illegal event is answered with the current state."""
    async with factory() as under:
        run = await created(under.store)
        await appended(under.store, run, run.event("StepStarted", "a"), run.event("RunCancelling"))
        result = await one(under.store, run, run.event("StepSkipped", "a"))
        assert isinstance(result, Illegal)
        state = result.state
        assert (state.run_status, state.last_run_seq, state.running_steps) == (RunStatus.RUNNING, 4, 1)
        assert (state.step_status, state.attempt) == (StepStatus.RUNNING, 1)
        assert state.run_substatus is not MISSING
        assert state.run_substatus.value == "CANCELLING"
        assert len(await read_log(under.store, run.key)) == 4


async def no_run_ends_beside_a_running_step(factory: StoreFactory) -> None:
    """A terminal event is illegal while a step of the run is RUNNING."""
    async with factory() as under:
        run = await created(under.store)
        await appended(under.store, run, run.event("StepStarted", "a"))
        assert isinstance(await one(under.store, run, run.event("RunFailed")), Illegal)
        await appended(under.store, run, run.event("StepCompleted", "a"), run.event("RunFailed"))


async def an_append_may_name_the_only_status_it_is_legal_from(factory: StoreFactory) -> None:
    """With legal_from the batch is illegal from any other status, and whole from this one."""
    async with factory() as under:
        run = await created(under.store, started=False)
        await appended(under.store, run, run.event("SignalAccepted", "s"))
        batch = [run.event("SignalApplied", "s"), run.event("RunCancelled")]
        await appended(under.store, run, run.event("RunStarted"))
        refused = await under.store.append(run.key, batch, legal_from=RunStatus.PENDING)
        assert [type(result) for result in refused] == [Illegal, Illegal]
        assert len(await read_log(under.store, run.key)) == 3
        other = await created(under.store, started=False)
        await appended(under.store, other, other.event("SignalAccepted", "s"))
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
        run = await created(under.store)
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
        assert await log_types(under.store, run) == [
            "RunQueued",
            "RunStarted",
            "StepStarted",
            "StepCompleted",
            "RunCompleted",
        ]


async def a_signal_is_applied_with_all_its_effects_or_not_at_all(factory: StoreFactory) -> None:
    """A group led by SignalApplied writes nothing unless that is appended, and answers with what is stored."""
    async with factory() as under:
        run = await created(under.store)
        await appended(under.store, run, run.event("SignalAccepted", "s"))
        group = [run.event("SignalApplied", "s"), run.event("RunCancelling"), run.event("StepSkipped", "a")]
        unaccepted = [run.event("SignalApplied", "other"), run.event("RunCancelling")]
        refused = await under.store.append(run.key, unaccepted)
        assert not any(isinstance(result, Appended) for result in refused)
        assert len(await read_log(under.store, run.key)) == 3
        assert [type(result) for result in await under.store.append(run.key, group)] == [Appended] * 3
        later = [run.event("SignalApplied", "s"), run.event("RunCancelling", ordinal=2), run.event("StepSkipped", "a")]
        repeated = await under.store.append(run.key, later)
        assert isinstance(repeated[0], Duplicate)
        assert not any(isinstance(result, Appended) for result in repeated)
        assert isinstance(repeated[2], Duplicate)
        assert len(await read_log(under.store, run.key)) == 6
