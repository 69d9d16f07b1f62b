"""What is read back: the read_log, its chain, the live projection, intents and lists."""

from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import (
    Duplicate,
)
from pydantic import MISSING

from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.hashes import chain_next, chain_start, state_hash
from dvt_engine_core.ports.store import RunQuery
from dvt_engine_core.projector import project
from dvt_engine_core.testing.builders import REUSED
from dvt_engine_core.testing.conformance.store_harness import StoreFactory, appended, created, one, read_log


async def the_log_is_contiguous_and_read_in_order(factory: StoreFactory) -> None:
    """RunSeq counts from 1 without gaps; reads begin after a given one and end at a limit."""
    async with factory() as under:
        run = await created(under.store)
        await appended(under.store, run, *(run.event("StepStarted", name) for name in "abc"))
        assert [record.run_seq for record in await read_log(under.store, run.key)] == [1, 2, 3, 4, 5]
        assert [record.run_seq for record in await read_log(under.store, run.key, after=2, limit=2)] == [3, 4]
        assert await read_log(under.store, run.key, after=5) == []


async def an_event_is_stored_unchanged(factory: StoreFactory) -> None:
    """A record holds the event byte for byte as its canonical text; persistedAt is the database's own."""
    async with factory() as under:
        run = await created(under.store)
        event = run.event("StepStarted", "a")
        await appended(under.store, run, event)
        record = (await read_log(under.store, run.key))[-1]
        assert canonical_text(record.event.document()) == canonical_text(event.document())


async def the_history_hash_is_the_head_of_the_chain(factory: StoreFactory) -> None:
    """h(0) comes from the run id, h(n) from h(n-1) and the body; the head is the run's history hash."""
    async with factory() as under:
        run = await created(under.store)
        await appended(under.store, run, run.event("StepStarted", "a"), run.event("StepCompleted", "a"))
        head = chain_start(run.run_id)
        for record in await read_log(under.store, run.key):
            head = chain_next(head, canonical_text(record.event.document()))
        stored = await under.store.read_run(run.key)
        assert stored is not None
        assert stored.history_hash == head.hex()


async def the_live_projection_equals_the_fold(factory: StoreFactory) -> None:
    """The live snapshot, the fold of the log and the rebuilt rows have one state hash."""
    async with factory() as under:
        run = await created(under.store)
        await appended(
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
        folded = project(await read_log(under.store, run.key), run_id=run.run_id, tenant_id="local")
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
        run = await created(under.store, started=False)
        before = await under.store.read_run(run.key)
        await appended(under.store, run, run.unknown())
        after = await under.store.read_run(run.key)
        assert before is not None
        assert after is not None
        assert after.snapshot.last_run_seq == 2
        assert after.snapshot.model_copy(update={"last_run_seq": 1}) == before.snapshot
        assert (await read_log(under.store, run.key))[-1].event.document()["mood"] == "thoughtful"


async def an_accepted_signal_brings_its_intent(factory: StoreFactory) -> None:
    """SignalAccepted and its intent are stored together, and once."""
    async with factory() as under:
        run = await created(under.store)
        await appended(under.store, run, run.event("SignalAccepted", "s"))
        assert isinstance(await one(under.store, run, run.event("SignalAccepted", "s")), Duplicate)
        intents = await under.intents.pending(run.key)
        assert [(intent.intent_type.value, intent.signal_id) for intent in intents] == [
            ("start", MISSING),
            ("signal", "s"),
        ]


async def intents_are_leased_postponed_and_finished(factory: StoreFactory) -> None:
    """A taken intent is not seen again within its lease; postponed ones come back with their failure."""
    async with factory() as under:
        run = await created(under.store)
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
        runs = [await created(under.store) for _ in range(3)]
        await created(under.store, tenant="other")
        await appended(under.store, runs[0], runs[0].event("RunCompleted"))

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
        run = await created(under.store)
        await appended(under.store, run, *(run.event("StepStarted", name) for name in "abc"))
        part = await under.store.read_run(run.key, steps=["b", "z"])
        none = await under.store.read_run(run.key, steps=())
        assert part is not None
        assert none is not None
        assert [step.step_id for step in part.snapshot.steps] == ["b"]
        assert none.snapshot.steps == []
        assert part.snapshot.last_run_seq == 5
