"""A run at any of its events."""

import pytest

from dvt_engine_core.errors import RefusedError
from dvt_engine_core.past import stored_at
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.projector import project
from dvt_engine_core.testing.histories import records_of
from dvt_engine_core.testing.world import World, plan_of

TOLD = ("RunQueued", "RunStarted", "StepStarted a 1", "StepCompleted a 1", "StepCompleted a 1", "RunCompleted")


def test_a_run_stands_where_its_first_events_lead() -> None:
    identity, records = records_of(TOLD)
    run = RunKey(identity.tenant_id, identity.run_id)
    stood = [stored_at(records, seq, run=run) for seq in range(1, len(records) + 1)]
    assert [stored.snapshot.last_run_seq for stored, _ in stood] == [1, 2, 3, 4, 5, 6]
    assert [stored.snapshot.status.value for stored, _ in stood][:2] == ["PENDING", "RUNNING"]
    assert [len(alerts) for _, alerts in stood] == [0, 0, 0, 0, 1, 1]
    assert stood[-1][0].snapshot == project(records, run_id=run.run_id, tenant_id=run.tenant_id).snapshot
    assert len({stored.history_hash for stored, _ in stood}) == len(records)


async def test_the_last_event_leads_to_what_the_store_holds() -> None:
    world = World()
    run = await world.finish(plan_of({"stepId": "a"}))
    records = [record async for record in world.store.read_events(run)]
    assert stored_at(records, len(records), run=run)[0] == await world.stored(run)


@pytest.mark.parametrize("seq", [-1, 0, 7])
def test_an_event_that_is_not_there_is_refused(seq: int) -> None:
    identity, records = records_of(TOLD)
    with pytest.raises(RefusedError, match=f"no event {seq}; the (last one is 6|first one is 1)") as caught:
        stored_at(records, seq, run=RunKey(identity.tenant_id, identity.run_id))
    assert (caught.value.code, caught.value.exit_code) == ("RUN_SEQ_UNKNOWN", 4)
