"""The one fold: parts of rows, snapshots, alerts, and going on from a snapshot."""

import pytest
from dvt_contracts.loader import AnyEvent, parse_event
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.engine.v1.signal_snapshot import SignalSnapshot
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.glossary.v1.status import RunStatus, SignalEffect, StepStatus
from pydantic import MISSING

from dvt_engine_core.errors import SequenceGapError
from dvt_engine_core.hashes import outcome_hash
from dvt_engine_core.projector import Alert, Projection, RunRows, assemble, part_of, project
from dvt_engine_core.testing.builders import SampleRun
from dvt_engine_core.testing.scenario import AT

RUN = SampleRun()
QUEUED = RUN.new().queued


def records(*events: AnyEvent) -> list[RawRecord]:
    return [
        RawRecord.parse({"runSeq": number, "persistedAt": AT, "event": event.document()})
        for number, event in enumerate(events, start=1)
    ]


def projected(*events: AnyEvent) -> Projection:
    return project(records(QUEUED, *events), run_id=RUN.run_id, tenant_id="local")


def test_an_empty_log_is_a_pending_run_of_no_events() -> None:
    snapshot = assemble(RunRows(RUN.run_id, "local"))
    assert (snapshot.status, snapshot.last_run_seq, snapshot.queued) == (RunStatus.PENDING, 0, MISSING)


def test_each_part_comes_from_its_own_event() -> None:
    """[EXEC-006]."""
    snapshot = projected(
        RUN.event("RunStarted"),
        RUN.event("StepStarted", "a"),
        RUN.event("StepRedelivered", "a"),
        RUN.event("StepFailed", "a"),
        RUN.event("StepStarted", "a", 2),
    ).snapshot
    (step,) = snapshot.steps
    assert (step.status, step.attempt) == (StepStatus.RUNNING, 2)
    assert step.start is not MISSING
    assert step.redelivery is not MISSING
    assert step.outcome is not MISSING
    assert (step.start.attempt, step.redelivery.attempt, step.outcome.attempt) == (2, 1, 1)
    assert step.outcome.event_type.value == "StepFailed"
    assert step.skip is MISSING


def test_the_engine_attempt_stands_in_starts_and_redeliveries_only() -> None:
    started, done = (
        parse_event({**RUN.event(kind, "a").document(), "engineAttemptId": 4})
        for kind in ("StepStarted", "StepCompleted")
    )
    assert [(part_of(event) or {}).get("engineAttemptId") for event in (started, done)] == [4, None]


def test_an_unknown_type_writes_no_part() -> None:
    assert part_of(RUN.unknown()) is None


def test_steps_and_signals_are_listed_by_id() -> None:
    snapshot = projected(
        RUN.event("RunStarted"),
        *(RUN.event("StepStarted", name) for name in ("c", "a", "B")),
        *(RUN.event("SignalAccepted", name) for name in ("t", "s")),
    ).snapshot
    assert [step.step_id for step in snapshot.steps] == ["B", "a", "c"]
    assert [signal.signal_id for signal in snapshot.signals] == ["s", "t"]


def test_a_repeat_is_ignored() -> None:
    """[EXEC-007], [GLOSSARY-013]."""
    log = records(QUEUED, RUN.event("RunStarted"), RUN.event("StepStarted", "a"))
    repeated = [log[0], log[1], log[0], log[1], log[1], log[2], log[2]]
    assert project(repeated, run_id=RUN.run_id, tenant_id="local") == project(log, run_id=RUN.run_id, tenant_id="local")


def test_a_gap_is_an_error() -> None:
    """[EXEC-007], [GLOSSARY-013]."""
    log = records(QUEUED, RUN.event("RunStarted"), RUN.event("StepStarted", "a"))
    with pytest.raises(SequenceGapError, match="event 2 is missing before 3"):
        project([log[0], log[2]], run_id=RUN.run_id, tenant_id="local")


def test_an_illegal_event_is_an_alert_and_changes_only_the_watermark() -> None:
    """[EXEC-008]."""
    started = RUN.event("RunStarted")
    before = projected(started)
    after = projected(started, RUN.event("StepCompleted", "a"))
    (alert,) = after.alerts
    assert alert == Alert(
        run_id=RUN.run_id,
        run_seq=3,
        event_type="StepCompleted",
        expected=["RUNNING"],
        actual="PENDING",
        attempt=1,
        step_attempt=0,
    )
    assert after.snapshot.document() == before.snapshot.document() | {"lastRunSeq": 3}


def test_an_illegal_first_event_is_an_alert_of_no_state() -> None:
    log = records(RUN.event("RunStarted"))
    assert project(log, run_id=RUN.run_id, tenant_id="local").alerts[0].actual == "NONE"


def test_an_alert_tells_the_states_of_what_refused_the_event() -> None:
    """[EXEC-008]."""
    before_the_start = projected(RUN.event("StepStarted", "a")).alerts[0]
    assert (list(before_the_start.expected), before_the_start.actual) == (["RUNNING", "PAUSED"], "PENDING")
    unasked = projected(RUN.event("RunStarted"), RUN.event("SignalApplied", "s")).alerts[0]
    assert (list(unasked.expected), unasked.actual) == (["ACCEPTED"], "NONE")
    started, began = RUN.event("RunStarted"), RUN.event("StepStarted", "a")
    ended = projected(started, began, RUN.event("RunCompleted")).alerts[0]
    assert (ended.actual, ended.running_steps) == ("RUNNING", 1)
    assert "RUNNING" in ended.expected
    reused = projected(started, began, RUN.event("StepFailed", "a", 2)).alerts[0]
    assert (reused.attempt, reused.step_attempt, reused.actual) == (2, 1, "RUNNING")


def test_a_run_ends_only_where_no_step_runs() -> None:
    """[EXEC-003]."""
    beside = projected(RUN.event("RunStarted"), RUN.event("StepStarted", "a"), RUN.event("RunFailed"))
    assert beside.snapshot.status is RunStatus.RUNNING
    assert [alert.event_type for alert in beside.alerts] == ["RunFailed"]


def test_an_unknown_type_advances_the_watermark_only() -> None:
    """[EVENTS-007]."""
    snapshot = projected(RUN.unknown()).snapshot
    assert snapshot.document() == projected().snapshot.document() | {"lastRunSeq": 2}


def signal_of(projection: Projection) -> SignalSnapshot:
    (signal,) = projection.snapshot.signals
    return signal


def test_a_signal_still_open_at_the_end_counts_as_moot() -> None:
    """[EXEC-010], [SIGNAL-013]."""
    events = (RUN.event("RunStarted"), RUN.event("SignalAccepted", "s"))
    assert signal_of(projected(*events)).application is MISSING
    ended = signal_of(projected(*events, RUN.event("RunCompleted")))
    assert ended.application is not MISSING
    assert (ended.application.effect, ended.application.code) == (SignalEffect.MOOT, "RUN_TERMINAL")
    applied = signal_of(projected(*events, RUN.event("SignalApplied", "s"), RUN.event("RunCompleted")))
    assert applied.application is not MISSING
    assert applied.application.effect is SignalEffect.APPLIED
    rejected = signal_of(projected(RUN.event("SignalRejected", "s"), RUN.event("RunFailed")))
    assert rejected.application is MISSING


def test_the_outcome_of_an_odd_log_counts_a_step_without_outcome_by_its_status() -> None:
    snapshot = projected(RUN.event("RunStarted"), RUN.event("StepStarted", "a")).snapshot
    document = snapshot.document()
    assert outcome_hash(snapshot) is None
    ended = RunSnapshot.parse(document | {"status": "FAILED", "ended": {"at": AT, "code": "INTERNAL"}})
    assert outcome_hash(ended) != outcome_hash(RunSnapshot.parse(ended.document() | {"steps": []}))


def test_a_fold_goes_on_from_a_snapshot_that_has_a_substatus() -> None:
    log = records(QUEUED, RUN.event("RunStarted"), RUN.event("RunFailing"), RUN.event("RunFailed"))
    half = project(log[:3], run_id=RUN.run_id, tenant_id="local")
    whole = project(log, run_id=RUN.run_id, tenant_id="local")
    assert project(log, run_id=RUN.run_id, tenant_id="local", since=half.snapshot) == whole
