"""A store that is away is waited for; anything else is the caller's."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import stamina
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from dvt_engine_core.errors import RejectedError, UnavailableError
from dvt_engine_core.ports.store import RunKey, RunQuery
from dvt_engine_core.testing.builders import SampleRun
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_temporal_adapter.patience import PatientPlans, PatientStore, patiently


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=100):
        yield


class Fails:
    """A call that fails so many times."""

    def __init__(self, times: int, error: type[Exception] = UnavailableError) -> None:
        self.left = times
        self.error = error

    async def __call__(self) -> str:
        if self.left:
            self.left -= 1
            raise self.error("away")
        return "here"


async def test_what_is_away_is_asked_again() -> None:
    assert await patiently(Fails(20)) == "here"


async def test_a_refusal_is_final() -> None:
    call = Fails(1, RejectedError)
    with pytest.raises(RejectedError):
        await patiently(call)
    assert call.left == 0


async def test_waiting_can_be_cancelled() -> None:
    stamina.set_testing(testing=False)
    waiting = asyncio.create_task(patiently(Fails(10**9)))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


class Interrupted(MemoryStore):
    """A store whose reading of logs is cut off once, after the first record; and whose plans are away once."""

    whole = False

    async def read_events(self, run: RunKey, *, after: int = 0, limit: int | None = None) -> AsyncIterator[RawRecord]:
        async for record in super().read_events(run, after=after, limit=limit):
            yield record
            if not self.whole:
                self.whole = True
                raise UnavailableError("cut off")

    async def fetch(self, tenant_id: str, ref: PlanRef) -> bytes:
        if not self.whole:
            self.whole = True
            raise UnavailableError("away")
        return await super().fetch(tenant_id, ref)


async def test_a_log_that_was_cut_off_is_read_once_and_whole() -> None:
    sample, store = SampleRun(), Interrupted()
    patient = PatientStore(store)
    await patient.create_run(sample.new())
    await patient.append(sample.key, [sample.event("RunStarted")])
    assert [record.run_seq async for record in patient.read_events(sample.key)] == [1, 2]


async def test_plans_are_waited_for() -> None:
    store = Interrupted()
    ref = await store.put("local", b"{}", plan_id="sample", plan_version="1")
    assert await PatientPlans(store).fetch("local", ref) == b"{}"


async def test_every_answer_of_the_store_comes_through() -> None:
    sample, store = SampleRun(), MemoryStore()
    patient = PatientStore(store)
    created = await patient.create_run(sample.new())
    assert created.run_id == sample.run_id
    assert await patient.read_run(sample.key) == await store.read_run(sample.key)
    assert await patient.rebuild(sample.key) == await store.read_run(sample.key)
    assert await patient.list_runs("local", RunQuery()) == await store.list_runs("local", RunQuery())
    assert [record async for record in patient.read_events(sample.key, after=1)] == []
