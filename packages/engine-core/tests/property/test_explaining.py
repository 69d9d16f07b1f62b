"""Diff and why on logs made by walking the transition tables by lot: they answer for any log."""

from random import Random

from dvt_contracts.models.engine.v1.run_diff import RunDiff
from dvt_contracts.models.engine.v1.run_why import RunWhy
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.plan.v1.plan import Plan
from hypothesis import given, settings
from hypothesis import strategies as st

from dvt_engine_core.diff.comparing import diff_runs
from dvt_engine_core.diff.history import History, read_history
from dvt_engine_core.testing.seeded import random_log, seeded_run
from dvt_engine_core.testing.world import plan_of
from dvt_engine_core.why.explaining import explain_run

SETTINGS = settings(max_examples=80, deadline=None)
CHANCE = st.randoms(use_true_random=False)
PLANS = st.sampled_from(
    [
        None,
        Plan.parse(plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}, {"stepId": "c", "dependsOn": ["b"]})),
        Plan.parse(plan_of({"stepId": "c"}, {"stepId": "b", "runIf": "all-done"}, {"stepId": "a"}, deadlineMs=9)),
    ]
)


def some_history(chance: Random, plan: Plan | None) -> History:
    run = seeded_run(chance)
    log = random_log(chance, run, length=chance.randint(0, 30), illegal=True)
    records = [
        RawRecord.parse({"runSeq": number, "persistedAt": run.clock.now(), "event": event.document()})
        for number, event in enumerate(log, start=1)
    ]
    return read_history(records, run_id=run.run_id, tenant_id="local", plan=plan)


@SETTINGS
@given(CHANCE, PLANS)
def test_any_log_is_the_same_as_itself(chance: Random, plan: Plan | None) -> None:
    """Run diff: a run does not part from itself."""
    run = some_history(chance, plan)
    report = diff_runs(run, run)
    assert list(report.divergences) == []
    assert report.verdict.value == ("same" if run.ended else "same-so-far")


@SETTINGS
@given(CHANCE, CHANCE, PLANS)
def test_the_sides_may_be_swapped(one: Random, two: Random, plan: Plan | None) -> None:
    """Run diff: the same places and causes, whichever run comes first."""
    runs = some_history(one, plan), some_history(two, plan)
    there, back = diff_runs(*runs), diff_runs(*reversed(runs))
    assert RunDiff.parse(there.document()) == there
    assert (there.verdict, there.outcome) == (back.verdict, back.outcome)
    assert [(found.cause, found.step_id) for found in there.divergences] == [
        (found.cause, found.step_id) for found in back.divergences
    ]
    assert [(found.a, found.b) for found in there.divergences] == [(found.b, found.a) for found in back.divergences]
    if there.verdict.value == "same":
        assert there.outcome.value == "equal"


@SETTINGS
@given(CHANCE, PLANS)
def test_any_log_has_its_reasons(chance: Random, plan: Plan | None) -> None:
    """Why: there is always an answer, and it is a document of its contract."""
    run = some_history(chance, plan)
    report = explain_run(run)
    assert RunWhy.parse(report.document()) == report
    assert report.summary
    assert bool(report.reasons) or run.ended
