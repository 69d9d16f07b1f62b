"""Run diff on scripted logs: races, reuse, updates, and what the report says of both sides."""

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.engine.v1.builds import Builds
from dvt_contracts.models.engine.v1.run_diff import RunDiff
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.run_queued import RunQueuedPayload
from dvt_contracts.models.events.v1.run_started import RunStartedPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.events.v1.step_started import StepStartedPayload
from dvt_contracts.models.glossary.v1.status import SignalEffect, SignalType, SkipCode
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from pydantic import MISSING

from dvt_engine_core.diff.comparing import diff_runs
from dvt_engine_core.diff.json_difference import first_difference
from dvt_engine_core.diff.judging import judge
from dvt_engine_core.errors import DvtError
from dvt_engine_core.facts import Fact
from dvt_engine_core.hashes import output_hash
from dvt_engine_core.testing.builders import ACTOR, REUSED, SHA
from dvt_engine_core.testing.histories import history_of, whole_history_of
from dvt_engine_core.testing.scenario import accepted, fact
from dvt_engine_core.testing.world import plan_of

PAIR = plan_of({"stepId": "a"}, {"stepId": "b"})
CHAIN = plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]})
BOTH_RUN = ("StepStarted a 1", "StepStarted b 1")
DONE = ("StepStarted a 1", "StepCompleted a 1", "StepStarted b 1", "StepCompleted b 1", "RunCompleted")
RAISED = "StepFailed PYTHON_RAISED"
RACE = "nothing before it differs, so events that race came in another order"
ARTIFACT: JsonObject = {
    "name": "r",
    "sha256": SHA,
    "sizeBytes": 1,
    "mediaType": "text/plain",
    "address": f"dvt-artifact:sha256/{SHA}",
}
Told = tuple[str | Fact, ...]


def failing(step_id: str) -> Told:
    payload = RunFailingPayload(code="STEP_FAILED", step_id=step_id)
    return (Fact("RunFailing", payload),)


def failed(step_id: str) -> Told:
    return (Fact("RunFailed", RunFailedPayload(code="STEP_FAILED", step_id=step_id)),)


def output(value: JsonValue, step_id: str = "a", **more: object) -> Fact:
    payload = StepCompletedPayload.parse({"outputHash": output_hash(value), "output": value, "artifacts": [], **more})
    return Fact("StepCompleted", payload, step_id)


def diff(first: Told, second: Told, plan: JsonObject = PAIR) -> RunDiff:
    return diff_runs(history_of(plan, *first, seed=1), history_of(plan, *second, seed=2))


def causes(report: RunDiff) -> list[tuple[str, object]]:
    return [(found.cause.value, None if found.step_id is MISSING else found.step_id) for found in report.divergences]


def test_a_sibling_that_ended_before_the_failure_in_one_run_only_is_an_order() -> None:
    before = (*BOTH_RUN, "StepCompleted b 1", "StepFailed a 1", *failing("a"), *failed("a"))
    after = (*BOTH_RUN, "StepFailed a 1", *failing("a"), "StepCancelled b 1", *failed("a"))
    report = diff(before, after)
    assert causes(report) == [("order", "b")]
    found = report.divergences[0]
    assert (found.a, found.b) != (MISSING, MISSING)
    assert found.explanation == (
        "step b: StepCompleted in the first run, StepCancelled RUN_CANCELLED in the second; "
        "both met the same events, in another order"
    )
    assert causes(diff(after, before)) == [("order", "b")]


def test_failures_that_race_to_end_the_run_are_an_order() -> None:
    first = (*BOTH_RUN, "StepFailed a 1", *failing("a"), "StepCancelled b 1", *failed("a"))
    second = (*BOTH_RUN, "StepFailed b 1", *failing("b"), "StepCancelled a 1", *failed("b"))
    report = diff(first, second)
    assert causes(report) == [("order", None)]
    assert (report.divergences[0].a.event_type, report.divergences[0].b.event_type) == ("RunFailing", "RunFailing")  # type: ignore[union-attr]


def test_a_failure_of_its_own_is_a_result_and_its_ending_is_not_told() -> None:
    report = diff(
        (*BOTH_RUN, "StepCompleted a 1", "StepCompleted b 1", "RunCompleted"),
        (*BOTH_RUN, "StepFailed a 1", *failing("a"), "StepCancelled b 1", *failed("a")),
    )
    assert causes(report) == [("result", "a")]


def test_independent_differences_are_both_told_in_plan_order() -> None:
    first = (*BOTH_RUN, output(1, "b"), output(1, "a"), "RunCompleted")
    second = (*BOTH_RUN, output(2, "b"), output(2, "a"), "RunCompleted")
    assert causes(diff(first, second)) == [("result", "a"), ("result", "b")]


def test_the_same_cancel_at_another_moment_is_an_order() -> None:
    cancel: Told = (accepted("s"), "SignalApplied s", "RunCancelling")
    early = (*cancel, "StepSkipped a 1", "StepSkipped b 1", "RunCancelled")
    skipped = StepSkippedPayload(code=SkipCode.RUN_CANCELLED)
    early = (*cancel, Fact("StepSkipped", skipped, "a"), Fact("StepSkipped", skipped, "b"), "RunCancelled")
    late = ("StepStarted a 1", "StepCompleted a 1", *cancel, Fact("StepSkipped", skipped, "b"), "RunCancelled")
    assert causes(diff(early, late)) == [("order", "a")]
    never = ("StepStarted a 1", "StepCompleted a 1", "StepStarted b 1", "StepCompleted b 1", "RunCompleted")
    report = diff(never, late)
    assert causes(report) == [("signal", None)]
    assert report.divergences[0].a is MISSING
    assert report.divergences[0].explanation == "only the second run was sent the signal cancel"


def update(signal_id: str, value: str, *, applied: bool = True) -> Told:
    arguments = SignalAcceptedPayload(
        signal_type=SignalType.UPDATE_PARAMETERS, arguments={"parameters": {"v": value}}, actor=ACTOR
    )
    done = SignalAppliedPayload(
        signal_type=SignalType.UPDATE_PARAMETERS, effect=SignalEffect.APPLIED, parameters={"v": value}
    )
    told = (Fact("SignalAccepted", arguments, signal_id), Fact("SignalApplied", done, signal_id))
    return told if applied else told[:1]


def test_an_update_is_told_by_what_it_says_and_by_what_it_reached() -> None:
    new = Fact("StepStarted", StepStartedPayload(inputs_version=4, effect_key=SHA), "a")
    ends: Told = ("StepCompleted a 1", "StepStarted b 1", "StepCompleted b 1", "RunCompleted")
    first = (*update("s", "x"), new, *ends)
    assert causes(diff(first, (*update("t", "x"), new, *ends))) == []
    other = diff(first, (*update("t", "y"), new, *ends))
    assert causes(other) == [("signal", None)]
    assert other.divergences[0].pointer == "/parameters/v"
    reached = [(*update("s", value), new, output(value), *ends[1:]) for value in ("x", "y")]
    assert causes(diff(reached[0], reached[1])) == [("signal", None)], "the result follows from the update"
    late = ("StepStarted a 1", "StepCompleted a 1", *update("t", "x"), *ends[1:])
    report = diff(first, late)
    assert causes(report) == [("order", "a")]


def test_a_signal_that_met_the_run_otherwise_is_an_order() -> None:
    moot = SignalAppliedPayload(signal_type=SignalType.CANCEL, effect=SignalEffect.MOOT, code="RUN_ENDING")
    both = [(accepted("s"), applied, *DONE) for applied in ("SignalApplied s", Fact("SignalApplied", moot, "s"))]
    assert causes(diff(both[0], both[1])) == [("order", None)]
    assert causes(diff(both[0], (accepted("s"), *DONE))) == [("order", None)]


def test_redeliveries_illegal_and_unknown_events_do_not_count() -> None:
    odd = ("StepStarted a 1", "StepRedelivered a 1", "StepCompleted a 1", "StepCompleted a 1", *DONE[2:])
    report = diff(DONE, odd)
    assert (report.verdict.value, report.outcome.value, report.b.last_run_seq) == ("same", "equal", 9)


def test_a_reused_result_stands_for_the_attempts_that_led_to_it() -> None:
    reused = (Fact("StepCompleted", REUSED, "a"), *DONE[2:])
    tried = ("StepStarted a 1", "StepFailed a 1 retry", "StepStarted a 2", "StepCompleted a 2", *DONE[2:])
    assert causes(diff(reused, tried, CHAIN)) == []
    assert causes(diff(tried, reused, CHAIN)) == []
    assert causes(diff(reused, ("StepStarted a 1",), CHAIN)) == []
    other = ("StepStarted a 1", output(8), *DONE[2:])
    assert causes(diff(reused, other, CHAIN)) == [("result", "a")]
    lost = ("StepStarted a 1", "StepFailed a 1", *failing("a"), "StepSkipped b 1", *failed("a"))
    assert causes(diff(reused, lost, CHAIN)) == [("result", "a")]


@pytest.mark.parametrize(
    ("one", "other", "cause", "text", "pointer"),
    [
        (output({"n": 1}), output({"n": 2}), "result", "step a returned another output, first at /n", "/n"),
        (
            output(1, artifacts=[ARTIFACT]),
            output(1),
            "result",
            "step a wrote another artifact r",
            None,
        ),
        (
            fact("StepFailed a 1"),
            Fact("StepFailed", StepFailedPayload(code="TIMEOUT", final=True), "a"),
            "result",
            "step a: StepFailed PYTHON_RAISED in the first run, StepFailed TIMEOUT in the second",
            None,
        ),
        (
            fact("StepFailed a 1"),
            fact("StepFailed a 1 retry"),
            "order",
            f"step a: {RAISED} in the first run, {RAISED} in the second, one with another attempt to follow; {RACE}",
            None,
        ),
    ],
)
def test_what_a_step_came_to_is_told(one: Fact, other: Fact, cause: str, text: str, pointer: str | None) -> None:
    report = diff(("StepStarted a 1", one), ("StepStarted a 1", other))
    (found,) = report.divergences
    assert (found.cause.value, found.explanation) == (cause, text)
    assert (None if found.pointer is MISSING else found.pointer) == pointer


@pytest.mark.parametrize("code", [SkipCode.WHEN_FALSE, SkipCode.UPSTREAM_SKIPPED])
def test_a_skip_that_no_event_explains(code: SkipCode) -> None:
    skip = Fact("StepSkipped", StepSkippedPayload(code=code), "b")
    first = ("StepStarted a 1", "StepCompleted a 1", skip, "RunCompleted")
    expected = "result" if code is SkipCode.WHEN_FALSE else "order"
    assert causes(diff(first, DONE, CHAIN)) == [(expected, "b")]


def started(**builds: str) -> Fact:
    made = Builds(**({"core": "test", "adapter": "test", "projector": "1"} | builds))
    return Fact("RunStarted", RunStartedPayload(step_count=2, inputs_hash=SHA, builds=made))


def test_a_decision_that_differs_on_the_same_past_is_blamed_on_the_engine_where_that_differs() -> None:
    runs = [
        whole_history_of(CHAIN, "RunQueued", started(core=core), *DONE[:-1], *end, seed=number)
        for number, (core, end) in enumerate([("1", ("RunCompleted",)), ("2", failed("a"))])
    ]
    report = diff_runs(*runs)
    assert causes(report) == [("engine-build", None), ("engine-build", None)]
    assert (report.divergences[0].pointer, report.divergences[0].explanation) == (
        "/core",
        "the engines were built differently: core 1 and 2",
    )
    assert report.divergences[1].explanation.endswith("nothing before it differs but the engine")
    refused = whole_history_of(CHAIN, "RunQueued", *failed("a"))
    assert causes(diff_runs(runs[0], refused)) == [("engine-build", None)]


def queued(sha256: str, **inputs: JsonValue) -> Fact:
    ref = PlanRef(address=f"dvt-plan:sha256/{sha256}", sha256=sha256, plan_id="sample", plan_version="1")
    found = fact("RunQueued").payload
    assert isinstance(found, RunQueuedPayload)
    return Fact("RunQueued", RunQueuedPayload(plan_ref=ref, inputs=inputs, context=found.context))


@pytest.mark.parametrize(
    ("other", "pointer", "text"),
    [
        (plan_of({"stepId": "a"}, {"stepId": "b"}, maxParallelSteps=3), "/maxParallelSteps", "first at"),
        (plan_of({"stepId": "a"}, {"stepId": "b", "timeoutMs": 7}), "/steps/1/timeoutMs", "first in step b"),
        (plan_of({"stepId": "b"}), "/steps/0", "step a is in the first only"),
        (plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c"}), "/steps", "step c is in the second only"),
        (plan_of({"stepId": "b"}, {"stepId": "a"}), "/steps", "the order of the steps, or their spelling, differs"),
        (None, None, "the plans differ: sample 1 (aaaaaaaaaaaa) and sample 1 (bbbbbbbbbbbb)"),
    ],
)
def test_another_plan_is_told_by_its_first_difference(other: JsonObject | None, pointer: str | None, text: str) -> None:
    runs = [whole_history_of(plan, queued(sha), "RunStarted", *DONE) for plan, sha in ((PAIR, SHA), (other, "b" * 64))]
    (found,) = diff_runs(*runs).divergences
    assert found.cause.value == "plan"
    assert (None if found.pointer is MISSING else found.pointer) == pointer
    assert text in found.explanation
    built = whole_history_of(other, queued("b" * 64), started(core="9"), *DONE)
    assert causes(diff_runs(runs[0], built)) == [("plan", None)], "another build is not told beside another plan"


def test_inputs_are_told_before_and_after_the_start() -> None:
    runs = [whole_history_of(PAIR, queued(SHA, name=name)) for name in ("ana", "eve")]
    (found,) = diff_runs(*runs).divergences
    assert (found.cause.value, found.pointer, found.explanation) == ("input", "/name", "the inputs differ at /name")
    other = Fact("RunStarted", replace_hash())
    (found,) = diff_runs(
        whole_history_of(PAIR, queued(SHA), "RunStarted"), whole_history_of(PAIR, queued(SHA), other)
    ).divergences
    assert (found.cause.value, found.explanation) == (
        "input",
        "the effective inputs differ, though the same were given",
    )


def replace_hash() -> RunStartedPayload:
    found = fact("RunStarted").payload
    assert isinstance(found, RunStartedPayload)
    return RunStartedPayload(step_count=found.step_count, inputs_hash="b" * 64, builds=found.builds)


@pytest.mark.parametrize(
    ("a", "b", "at"),
    [
        ({"a": 1}, {"a": 1.0}, None),
        ({"a": [1, 2]}, {"a": [1, 3]}, "/a/1"),
        ({"a": [1]}, {"a": [1, 3]}, "/a/1"),
        ({"a": 1, "b": 2}, {"b": 3}, "/a"),
        ({"a/b": 1}, {"a/b": True}, "/a~1b"),
        (1, [1], ""),
        ({"a": {"b": {}}}, {"a": {"b": []}}, "/a/b"),
    ],
)
def test_the_first_difference_of_two_values_is_found(a: JsonValue, b: JsonValue, at: str | None) -> None:
    assert first_difference(a, b) == at
    assert first_difference(b, a) == at


def test_a_log_without_its_first_event_is_refused() -> None:
    with pytest.raises(DvtError, match="has no RunQueued"):
        diff_runs(whole_history_of(PAIR), whole_history_of(PAIR))


def test_a_place_at_which_neither_run_has_an_event_is_no_divergence() -> None:
    run = history_of(PAIR)
    with pytest.raises(ValueError, match="at least one"):
        judge(None, None, (run, run))
