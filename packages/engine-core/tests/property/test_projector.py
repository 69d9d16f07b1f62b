"""The projector on logs made by walking the transition tables by lot."""

from random import Random

from dvt_contracts.loader import AnyEvent, parse_event
from dvt_contracts.models.events.v1.record import RawRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.facts import fact_of
from dvt_engine_core.hashes import state_hash
from dvt_engine_core.projector import RunRows, project, rows_of, write
from dvt_engine_core.testing.builders import SampleRun
from dvt_engine_core.testing.seeded import random_log, seeded_run

SETTINGS = settings(max_examples=60, deadline=None)
CHANCE = st.randoms(use_true_random=False)


def records(events: list[AnyEvent]) -> list[RawRecord]:
    return [
        RawRecord.parse({"runSeq": number, "persistedAt": "2026-01-31T08:15:30.123Z", "event": event.document()})
        for number, event in enumerate(events, start=1)
    ]


def logged(chance: Random, *, illegal: bool = False) -> tuple[SampleRun, list[RawRecord]]:
    run = seeded_run(chance)
    return run, records(random_log(chance, run, length=chance.randint(0, 40), illegal=illegal))


class TestIncremental:
    """SnapshotProjector: incremental equals from scratch; repeats are ignored."""

    @SETTINGS
    @given(CHANCE)
    def test_going_on_from_any_snapshot_gives_the_snapshot_of_the_whole_log(self, chance: Random) -> None:
        """[EXEC-009]."""
        run, log = logged(chance, illegal=True)
        whole = project(log, run_id=run.run_id, tenant_id="local")
        cut = chance.randint(1, len(log))
        first = project(log[:cut], run_id=run.run_id, tenant_id="local")
        rest = project(log[chance.randint(0, cut) :], run_id=run.run_id, tenant_id="local", since=first.snapshot)
        assert canonical_text(rest.snapshot.document()) == canonical_text(whole.snapshot.document())
        assert (*first.alerts, *rest.alerts) == whole.alerts
        assert state_hash(rest.snapshot) == state_hash(whole.snapshot)

    @SETTINGS
    @given(CHANCE)
    def test_a_log_without_illegal_events_raises_no_alert(self, chance: Random) -> None:
        run, log = logged(chance)
        assert project(log, run_id=run.run_id, tenant_id="local").alerts == ()


class TestOddEvents:
    """SnapshotProjector: unknown types are never state and never fatal; an illegal event keeps the state."""

    @SETTINGS
    @given(CHANCE)
    def test_unknown_and_illegal_events_change_nothing_but_the_watermark(self, chance: Random) -> None:
        run, log = logged(chance, illegal=True)
        whole = project(log, run_id=run.run_id, tenant_id="local")
        odd = {alert.run_seq for alert in whole.alerts}
        kept = [
            record.event
            for record in log
            if record.run_seq not in odd and not record.event.event_type.endswith("PonderedOver")
        ]
        clean = records([parse_event(event.document()) for event in kept])
        without = project(clean, run_id=run.run_id, tenant_id="local")
        assert without.alerts == ()
        assert without.snapshot.document() | {"lastRunSeq": len(log)} == whole.snapshot.document()

    @SETTINGS
    @given(CHANCE)
    def test_a_row_is_made_of_the_latest_event_of_each_part_whatever_came_between(self, chance: Random) -> None:
        """[EXEC-006]."""
        run = seeded_run(chance)
        events = random_log(chance, run, length=30)
        rows = RunRows(run.run_id, "local")
        for event in events:
            before = {step: dict(row.parts) for step, row in rows.steps.items()}
            write(rows, event)
            fact = fact_of(event)
            for step, row in rows.steps.items():
                changed = {name for name, part in row.parts.items() if before.get(step, {}).get(name) is not part}
                assert len(changed) <= 1
                assert not changed or (fact is not None and fact.subject_id == step)

    @SETTINGS
    @given(CHANCE)
    def test_rows_of_a_snapshot_are_the_rows_that_made_it(self, chance: Random) -> None:
        run, log = logged(chance)
        snapshot = project(log, run_id=run.run_id, tenant_id="local").snapshot
        again = project([], run_id=run.run_id, tenant_id="local", since=snapshot).snapshot
        assert again == snapshot
        assert rows_of(snapshot).last_run_seq == len(log)
