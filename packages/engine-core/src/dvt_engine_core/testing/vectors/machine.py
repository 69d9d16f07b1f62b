"""Vectors of ExecutionSemantics: walks through the state machines, folds, retries."""

from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.plan.v1.retry import RetryPolicy

from dvt_engine_core.errors import SequenceGapError
from dvt_engine_core.projector import RunRows, project, write
from dvt_engine_core.retry import retry_at
from dvt_engine_core.testing.builders import REUSED, SampleRun
from dvt_engine_core.testing.vectors.case import Case, equal


def check_walk(case: Case) -> None:
    """What may follow what, and where it ends. Raises: AssertionError."""
    run = SampleRun()
    rows = RunRows(run.run_id, run.tenant_id)
    for number, told in enumerate(case["log"], start=1):
        before = (rows.state, {name: (row.status, row.attempt) for name, row in rows.steps.items()}, dict(rows.parts))
        if told.get("unknown"):
            event = run.unknown(told["eventType"])
        elif told["eventType"] == "RunQueued":
            event = run.new().queued
        elif told.get("attempt") == 0:
            assert not told["legal"], "no event can carry attempt 0"
            rows.last_run_seq += 1
            continue
        else:
            subject = told.get("stepId", told.get("signalId"))
            payload = REUSED if told.get("reused") else None
            event = run.event(told["eventType"], subject, told.get("attempt", 1), payload)
        assert write(rows, event) is told["legal"], f"event {number}, {told['eventType']}, is judged otherwise"
        assert rows.last_run_seq == number
        if not told["legal"]:
            after = {name: (row.status, row.attempt) for name, row in rows.steps.items()}
            assert before == (rows.state, after, rows.parts), f"event {number} is illegal and changes the state"
    assert rows.state is not None
    equal(rows.state.name, case["run"], "the run ends")
    equal({name: [row.status, row.attempt] for name, row in rows.steps.items()}, case["steps"], "the steps end")
    equal({name: row.status for name, row in rows.signals.items()}, case["signals"], "the signals end")


def check_projection(case: Case) -> None:
    """The fold of a log, from nothing and from each snapshot on the way. Raises: AssertionError."""
    records = [RawRecord.parse(record) for record in case["records"]]
    run = next((record["event"]["runId"] for record in case["records"]), case.get("snapshot", {}).get("runId"))
    try:
        whole = project(records, run_id=run, tenant_id="local")
    except SequenceGapError:
        equal(case.get("refused"), "gap")
        return
    equal(whole.snapshot.document(), case.get("snapshot"), "the snapshot is")
    equal([{"runSeq": alert.run_seq, "eventType": alert.event_type} for alert in whole.alerts], case["alerts"])
    for seq in case.get("resumeAt", []):
        before = project([record for record in records if record.run_seq <= seq], run_id=run, tenant_id="local")
        after = project(records, run_id=run, tenant_id="local", since=before.snapshot)
        equal(after.snapshot.document(), case["snapshot"], f"from {seq} on the snapshot is")


def check_retry(case: Case) -> None:
    """When the next attempt begins. Raises: AssertionError."""
    found = retry_at(
        RetryPolicy.parse(case["policy"]),
        failed_attempt=case["failedAttempt"],
        code=case["code"],
        emitted_at=case["emittedAt"],
        retryable=case.get("retryable", True),
    )
    equal(found, case["retryAt"], "the next attempt begins at")
