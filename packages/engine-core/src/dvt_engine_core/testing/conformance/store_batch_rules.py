"""Batches of many runs in one call."""

from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.glossary.v1.status import RunStatus

from dvt_engine_core.appending import MAX_BODY_BYTES
from dvt_engine_core.errors import InvalidEventError
from dvt_engine_core.hashes import output_hash, state_hash
from dvt_engine_core.ports.store import BatchResult, RunBatch
from dvt_engine_core.projector import project
from dvt_engine_core.testing.builders import SampleRun
from dvt_engine_core.testing.conformance.store_harness import StoreFactory, created, read_log


def _told(result: BatchResult) -> list[str]:
    assert isinstance(result, tuple), result
    return [answer.outcome for answer in result]


async def batches_of_many_runs_are_answered_as_if_alone(factory: StoreFactory) -> None:
    """Each batch of a call gets the answers that it would get alone, batches of one run in their order."""
    async with factory() as under:
        a, b = await created(under.store), await created(under.store, started=False)
        nobody = SampleRun()
        results = await under.store.append_many(
            [
                RunBatch(a.key, [a.event("StepStarted", "x"), a.event("StepStarted", "y")]),
                RunBatch(b.key, [b.event("StepStarted", "x"), b.event("RunStarted"), b.event("StepStarted", "x")]),
                RunBatch(nobody.key, [nobody.event("StepStarted", "x")]),
                RunBatch(a.key, [a.event("StepStarted", "x"), a.event("StepCompleted", "x")]),
                RunBatch(a.key, [a.event("StepStarted", "z")], legal_from=RunStatus.PENDING),
                RunBatch(a.key, [a.event("SignalApplied", "s"), a.event("RunPaused")]),
                RunBatch(a.key, [a.event("StepFailed", "x"), a.event("StepCompleted", "y")]),
                RunBatch(a.key, []),
            ]
        )
        assert [_told(result) for result in results] == [
            ["appended", "appended"],
            ["illegal", "appended", "appended"],
            ["unknown_run"],
            ["duplicate", "appended"],
            ["illegal"],
            ["illegal", "illegal"],
            ["superseded", "appended"],
            [],
        ]
        for run, length in ((a, 6), (b, 3)):
            log = await read_log(under.store, run.key)
            live = await under.store.read_run(run.key)
            assert [record.run_seq for record in log] == list(range(1, length + 1))
            assert live is not None
            folded = project(log, run_id=run.run_id, tenant_id=run.tenant_id).snapshot
            assert state_hash(live.snapshot) == state_hash(folded)


async def a_refused_batch_holds_up_no_other(factory: StoreFactory) -> None:
    """A batch that cannot be written is answered by its error; the other batches of the call are written."""
    async with factory() as under:
        a, b = await created(under.store), await created(under.store)
        large = "x" * MAX_BODY_BYTES
        payload = StepCompletedPayload(output_hash=output_hash(large), output=large, artifacts=[])
        refused, written = await under.store.append_many(
            [
                RunBatch(a.key, [a.event("StepStarted", "x"), a.event("StepCompleted", "x", 1, payload)]),
                RunBatch(b.key, [b.event("StepStarted", "x")]),
            ]
        )
        assert isinstance(refused, InvalidEventError)
        assert _told(written) == ["appended"]
        assert [len(await read_log(under.store, run.key)) for run in (a, b)] == [2, 3]
