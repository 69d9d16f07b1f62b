"""Run diff on runs driven by lot through the real decider, with changes seeded into the copy."""

from dataclasses import replace
from random import Random

from dvt_contracts.base import JsonObject
from dvt_contracts.models.engine.v1.builds import Builds
from dvt_contracts.models.engine.v1.run_diff import DivergenceCause, RunDiff
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.events.v1.run_queued import RunQueuedPayload
from dvt_contracts.models.events.v1.run_started import RunStartedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.events.v1.step_started import StepStartedPayload
from dvt_contracts.models.glossary.v1.status import SignalEffect, SignalType
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import MISSING

from dvt_engine_core.diff.comparing import diff_runs
from dvt_engine_core.diff.history import History, read_history
from dvt_engine_core.facts import Fact, Payload, Stamp, stamped
from dvt_engine_core.hashes import output_hash
from dvt_engine_core.testing.driven import DrivenRun
from dvt_engine_core.testing.scenario import accepted
from dvt_engine_core.testing.seeded import seeded_run
from dvt_engine_core.testing.world import plan_of

SETTINGS = settings(max_examples=60, deadline=None)
CHANCE = st.randoms(use_true_random=False)
OTHER = "b" * 64


@st.composite
def plans(draw: st.DrawFn) -> JsonObject:
    """Two to five steps, each upon some of those before; every failure is retried or goes its own way."""
    steps: list[JsonObject] = [
        {
            "stepId": f"s{number}",
            "dependsOn": [f"s{other}" for other in range(number) if draw(st.booleans())],
            "retry": {"maxAttempts": draw(st.integers(1, 2))},
        }
        for number in range(draw(st.integers(2, 5)))
    ]
    return plan_of(*steps, onStepFailure="continue-independent", maxParallelSteps=draw(st.integers(1, 3)))


def facts_of(plan: JsonObject, chance: Random, failing: frozenset[str] = frozenset()) -> list[Fact]:
    """A run of the plan to its end, in an order drawn by lot; the first attempts of `failing` fail."""
    return DrivenRun(plan, chance, lambda step, attempt: attempt > 1 or step not in failing).finish().log


def history(plan: JsonObject, facts: list[Fact], seed: int) -> History:
    """The facts as a log of a run with ids and times of its own."""
    run = seeded_run(Random(seed))
    run.clock.now()
    events = []
    for fact in facts:
        payload = fact.payload
        if isinstance(payload, StepStartedPayload):
            payload = replace_model(payload, effect_key=output_hash(seed))
        if isinstance(payload, StepFailedPayload) and payload.retry_at is not MISSING:
            payload = replace_model(payload, retry_at=run.clock.now(), message=f"at {seed}")
        events.append(
            stamped(replace(fact, payload=payload), run.identity, Stamp(run.ids.event_id(), run.clock.now())).document()
        )
    records = [
        RawRecord.parse({"runSeq": number, "persistedAt": run.clock.now(), "event": event})
        for number, event in enumerate(events, start=1)
    ]
    return read_history(records, run_id=run.run_id, tenant_id=run.tenant_id, plan=Plan.parse(plan))


def replace_model(model: Payload, **changes: object) -> Payload:
    members = {name: getattr(model, name) for name in type(model).model_fields}
    return type(model).model_validate(members | changes, by_name=True)


def place_of(facts: list[Fact], event_type: str, step_id: str | None = None) -> int:
    return next(
        n for n, fact in enumerate(facts) if fact.event_type == event_type and fact.subject_id in {step_id, None}
    )


def changed(facts: list[Fact], place: int, **changes: object) -> list[Fact]:
    return [
        replace(fact, payload=replace_model(fact.payload, **changes)) if number == place else fact
        for number, fact in enumerate(facts)
    ]


def first(report: RunDiff) -> tuple[DivergenceCause, object]:
    found = report.divergences[0]
    return found.cause, found.step_id


class TestNothing:
    """Ids, keys, times and the order of independent events are no differences."""

    @SETTINGS
    @given(plans(), CHANCE, st.booleans())
    def test_a_run_against_itself_and_against_a_copy(self, plan: JsonObject, chance: Random, failing: bool) -> None:  # noqa: FBT001
        facts = facts_of(plan, chance, frozenset({"s0"} if failing else ()))
        run = history(plan, facts, 1)
        for other in (run, history(plan, facts, 2)):
            report = diff_runs(run, other)
            assert (report.verdict.value, report.outcome.value, list(report.divergences)) == ("same", "equal", [])

    @SETTINGS
    @given(plans(), CHANCE, CHANCE, st.sampled_from([(), ("s0",), ("s0", "s1")]))
    def test_another_order_of_independent_events(
        self, plan: JsonObject, one: Random, two: Random, failing: tuple[str, ...]
    ) -> None:
        runs = [history(plan, facts_of(plan, chance, frozenset(failing)), n) for n, chance in enumerate((one, two))]
        report = diff_runs(*runs)
        assert (report.verdict.value, report.outcome.value) == ("same", "equal")

    @SETTINGS
    @given(plans(), CHANCE, CHANCE)
    def test_what_an_open_run_has_not_come_to_yet(self, plan: JsonObject, one: Random, two: Random) -> None:
        whole, facts = facts_of(plan, one), facts_of(plan, two)
        cut = two.randint(1, len(facts) - 1)
        report = diff_runs(history(plan, whole, 1), history(plan, facts[:cut], 2))
        assert (report.verdict.value, report.outcome.value) == ("same-so-far", "open")


class TestSeededChanges:
    """Every kind of change is named with its cause, the first in causal order before those that follow from it."""

    @SETTINGS
    @given(plans(), CHANCE, CHANCE)
    def test_another_result_is_named_before_what_followed_from_it(
        self, plan: JsonObject, one: Random, two: Random
    ) -> None:
        facts, other = facts_of(plan, one), facts_of(plan, two)
        steps = Plan.parse(plan).steps
        root = two.choice(steps).step_id
        touched = {root}
        for step in steps:
            if touched.intersection(step.depends_on) and two.random() < 0.7:
                touched.add(step.step_id)
        for step_id in touched:
            other = changed(other, place_of(other, "StepCompleted", step_id), output=8, output_hash=output_hash(8))
        report = diff_runs(history(plan, facts, 1), history(plan, other, 2))
        assert first(report) == (DivergenceCause.RESULT, root)
        assert len(report.divergences) == 1
        assert (report.verdict.value, report.outcome.value) == ("diverged", "different")
        found = report.divergences[0]
        assert found.a is not MISSING
        assert found.b is not MISSING
        assert (found.a.step_id, found.a.run_seq) == (root, 1 + place_of(facts, "StepCompleted", root))
        assert (found.b.output_hash, found.b.run_seq) == (output_hash(8), 1 + place_of(other, "StepCompleted", root))

    @SETTINGS
    @given(plans(), CHANCE, CHANCE)
    def test_a_failure_is_a_result(self, plan: JsonObject, one: Random, two: Random) -> None:
        failing = two.choice(Plan.parse(plan).steps).step_id
        report = diff_runs(
            history(plan, facts_of(plan, one), 1), history(plan, facts_of(plan, two, frozenset({failing})), 2)
        )
        assert first(report) == (DivergenceCause.RESULT, failing)
        assert len(report.divergences) == 1

    @SETTINGS
    @given(plans(), CHANCE, CHANCE)
    def test_another_plan_inputs_or_build(self, plan: JsonObject, one: Random, two: Random) -> None:
        facts, other = facts_of(plan, one), facts_of(plan, two)
        run = history(plan, facts, 1)
        queued, started = other[0].payload, place_of(other, "RunStarted")
        assert isinstance(queued, RunQueuedPayload)
        ref = PlanRef(address=f"dvt-plan:sha256/{OTHER}", sha256=OTHER, plan_id="sample", plan_version="1")
        planned = changed(other, 0, plan_ref=ref)
        given_other = changed(changed(other, 0, inputs={"name": "eve"}), started, inputs_hash=OTHER)
        built = changed(other, started, builds=Builds(core="2", adapter="test", projector="1"))
        late = changed(built, place_of(built, "StepCompleted", "s0"), output=8, output_hash=output_hash(8))
        expected = [
            (planned, DivergenceCause.PLAN, "diverged"),
            (given_other, DivergenceCause.INPUT, "diverged"),
            (changed(other, 0, inputs={"name": "eve"}), None, "same"),
            (built, DivergenceCause.ENGINE_BUILD, "diverged"),
        ]
        for log, cause, verdict in expected:
            report = diff_runs(run, history(plan, log, 2))
            assert report.verdict.value == verdict
            assert [found.cause for found in report.divergences] == ([cause] if cause else [])
        both = diff_runs(run, history(plan, late, 2))
        assert [found.cause for found in both.divergences] == [DivergenceCause.ENGINE_BUILD, DivergenceCause.RESULT]

    @SETTINGS
    @given(plans(), CHANCE, CHANCE)
    def test_a_signal_that_only_one_run_got(self, plan: JsonObject, one: Random, two: Random) -> None:
        facts, other = facts_of(plan, one), facts_of(plan, two)
        at = two.randint(2, len(other) - 1)
        moot = SignalAppliedPayload(signal_type=SignalType.CANCEL, effect=SignalEffect.MOOT, code="RUN_ENDING")
        sent = [*other[:at], accepted("s"), Fact("SignalApplied", moot, "s"), *other[at:]]
        for runs in ([facts, sent], [sent, facts]):
            report = diff_runs(*(history(plan, log, n) for n, log in enumerate(runs)))
            assert [found.cause for found in report.divergences] == [DivergenceCause.SIGNAL]
            assert report.outcome.value == "equal"
        renamed = [
            replace(fact, subject_id="another") if fact.event_type.startswith("Signal") else fact for fact in sent
        ]
        assert diff_runs(history(plan, sent, 1), history(plan, renamed, 2)).verdict.value == "same"

    @SETTINGS
    @given(plans(), CHANCE, CHANCE)
    def test_a_result_before_a_signal_goes_before_it(self, plan: JsonObject, one: Random, two: Random) -> None:
        facts, other = facts_of(plan, one), facts_of(plan, two)
        place = place_of(other, "StepCompleted", "s0")
        other = changed(other, place, output=8, output_hash=output_hash(8))
        moot = SignalAppliedPayload(signal_type=SignalType.CANCEL, effect=SignalEffect.MOOT, code="RUN_ENDING")
        at = two.randint(place + 1, len(other) - 1)
        sent = [*other[:at], accepted("s"), Fact("SignalApplied", moot, "s"), *other[at:]]
        assert first(diff_runs(history(plan, facts, 1), history(plan, sent, 2))) == (DivergenceCause.RESULT, "s0")


def test_the_payloads_of_the_driver_are_what_the_changes_assume() -> None:
    facts = facts_of(plan_of({"stepId": "s0"}), Random(1))
    assert isinstance(facts[place_of(facts, "StepCompleted", "s0")].payload, StepCompletedPayload)
    assert isinstance(facts[1].payload, RunStartedPayload)
