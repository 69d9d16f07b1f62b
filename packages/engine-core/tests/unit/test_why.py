"""Why a run waits or ended so: every kind of reason, told from scripted logs."""

import pytest
from dvt_contracts.base import JsonObject
from dvt_contracts.models.engine.v1.run_why import Reason, ReasonKind, RunWhy
from dvt_contracts.models.events.v1.run_cancelled import RunCancelledPayload
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.run_paused import RunPausedPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import CancelCode, SignalType, SkipCode
from pydantic import MISSING

from dvt_engine_core.errors import DvtError
from dvt_engine_core.facts import Fact
from dvt_engine_core.testing.builders import ACTOR
from dvt_engine_core.testing.histories import history_of, whole_history_of
from dvt_engine_core.testing.scenario import AT, accepted
from dvt_engine_core.testing.world import plan_of
from dvt_engine_core.why.explaining import MAX_REASONS, explain_run

CHAIN = plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}, {"stepId": "c", "dependsOn": ["b"]})
STARTED = ("StepStarted a 1",)
FAILED_A = (*STARTED, "StepFailed a 1")
FAILING = (*FAILED_A, Fact("RunFailing", RunFailingPayload(code="STEP_FAILED", step_id="a")))
ENDED = Fact("RunFailed", RunFailedPayload(code="STEP_FAILED", step_id="a"))


def why(*told: str | Fact, plan: JsonObject | None = CHAIN) -> RunWhy:
    return explain_run(history_of(plan, *told))


def kinds(found: RunWhy) -> list[tuple[str, str | None]]:
    return [(reason.kind.value, None if reason.step_id is MISSING else reason.step_id) for reason in found.reasons]


def first(*told: str | Fact, plan: JsonObject | None = CHAIN) -> Reason:
    found = why(*told, plan=plan)
    assert found.summary == found.reasons[0].text
    return found.reasons[0]


def skip(step_id: str, code: SkipCode, cause: str | None = None) -> Fact:
    return Fact("StepSkipped", StepSkippedPayload(code=code, cause_step_id=cause or MISSING), step_id)


def test_a_run_that_nobody_loaded() -> None:
    found = explain_run(whole_history_of(CHAIN, "RunQueued"))
    assert kinds(found) == [("not-loaded", None)]
    assert "dvt worker run" in str(found.reasons[0].hint)
    with_cancel = explain_run(whole_history_of(CHAIN, "RunQueued", accepted("s")))
    assert kinds(with_cancel) == [("signal", None), ("not-loaded", None)]
    assert with_cancel.summary == "the signal cancel is accepted and not applied yet; sent by tester"


def test_a_ready_step_that_no_worker_took_and_those_behind_it() -> None:
    found = why()
    assert kinds(found) == [("no-worker", "a"), ("dependency", "b"), ("dependency", "c")]
    assert found.summary == "step a is ready; no data worker has started it yet"
    assert [list(reason.waits_for) for reason in found.reasons[1:] if reason.waits_for is not MISSING] == [["a"], ["b"]]
    later = first("StepStarted a 1", "StepCompleted a 1")
    assert (later.kind, later.step_id) == (ReasonKind.NO_WORKER, "b")
    done = history_of(CHAIN, "StepStarted a 1", "StepCompleted a 1").snapshot.steps[0].outcome
    assert done is not MISSING
    assert later.since == done.at


def test_a_running_step_with_its_log() -> None:
    found = first(*STARTED)
    assert (found.kind, found.step_id, found.attempt, found.run_seq) == (ReasonKind.RUNNING, "a", 1, 3)
    assert str(found.hint).endswith(" a --attempt 1")
    assert first(*STARTED, "StepRedelivered a 1").text == "step a is running, attempt 1, delivered again"


def test_a_step_that_waits_for_its_retry() -> None:
    found = first(*STARTED, "StepFailed a 1 retry")
    assert (found.kind, found.until, found.code) == (ReasonKind.RETRY_BACKOFF, AT, "PYTHON_RAISED")
    assert found.text == "step a failed with PYTHON_RAISED; attempt 2 follows"
    assert kinds(why(*STARTED, "StepFailed a 1 retry"))[1:] == [("dependency", "b"), ("dependency", "c")]
    paused = why(*STARTED, "StepFailed a 1 retry", *pause("s"))
    assert paused.reasons[1].text == "step a failed with PYTHON_RAISED; attempt 2 follows on resume"


def pause(signal_id: str) -> tuple[str | Fact, ...]:
    sent = SignalAcceptedPayload(signal_type=SignalType.PAUSE, arguments={}, actor=ACTOR, reason="lunch")
    return (
        Fact("SignalAccepted", sent, signal_id),
        f"SignalApplied {signal_id}",
        Fact("RunPaused", RunPausedPayload(signal_id=signal_id)),
    )


def test_a_pause_and_by_whom() -> None:
    found = first(*pause("s"))
    assert (found.kind, found.text, found.actor_id) == (ReasonKind.PAUSED, "paused by tester: lunch", "tester")
    assert kinds(why(*pause("s"))) == [("paused", None), ("dependency", "b"), ("dependency", "c")]
    draining = why(*STARTED, *pause("s"))
    assert (draining.substatus.value, kinds(draining)[:2]) == ("DRAINING", [("paused", None), ("running", "a")])  # type: ignore[union-attr]


def test_a_pause_by_the_plan() -> None:
    found = first(*FAILED_A, Fact("RunPaused", RunPausedPayload(step_id="a")))
    assert (found.kind, found.step_id, found.code) == (ReasonKind.PAUSED, "a", "PYTHON_RAISED")
    assert found.text == "paused by the plan: step a is out of attempts"


def test_a_run_that_is_ending() -> None:
    pair = plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c"}, {"stepId": "clean", "runIf": "all-done"})
    found = why("StepStarted b 1", *FAILING, plan=pair)
    assert kinds(found) == [
        ("stopping", "a"),
        ("no-worker", "clean"),
        ("running", "b"),
        ("next-decision", "c"),
    ]
    assert found.summary == "the run is ending as FAILED: step a failed"
    late = first(*STARTED, Fact("RunFailing", RunFailingPayload(code="RUN_DEADLINE")))
    assert late.text == "the run is ending as FAILED: the deadline has passed"
    cancelling = first(*STARTED, accepted("s"), "SignalApplied s", "RunCancelling")
    assert (cancelling.kind, cancelling.text) == (ReasonKind.STOPPING, "being cancelled by tester")


def test_a_step_that_waits_for_its_turn_and_one_that_will_be_skipped() -> None:
    narrow = plan_of({"stepId": "a"}, {"stepId": "b"}, maxParallelSteps=1, deadlineMs=60_000)
    assert kinds(why(*STARTED, plan=narrow)) == [("slot", "b"), ("running", "a"), ("deadline", None)]
    until = why(*STARTED, plan=narrow).reasons[-1].until
    assert until is not MISSING
    assert until > "2026-01-31T08:16:30"
    assert kinds(why(*FAILED_A)) == [("next-decision", "b"), ("dependency", "c")]


def test_when_nothing_is_left_the_end_is_waited_for() -> None:
    one = plan_of({"stepId": "a"}, deadlineMs=5)
    assert kinds(why(*STARTED, "StepCompleted a 1", plan=one)) == [("next-decision", None), ("deadline", None)]


def test_a_failed_run_names_the_step_its_code_and_its_log() -> None:
    skipped = [skip(name, SkipCode.RUN_FAILING) for name in ("b", "c")]
    found = why(*FAILING, *skipped, ENDED)
    assert kinds(found) == [("step-failed", "a")]
    reason = found.reasons[0]
    assert (reason.code, reason.message, reason.run_seq) == ("PYTHON_RAISED", "no", 4)
    assert found.summary == "step a failed in attempt 1 with PYTHON_RAISED"
    assert str(reason.hint).endswith(" a --attempt 1")
    chains = {
        chain.step_id: [(link.code, None if link.step_id is MISSING else link.step_id) for link in chain.chain]
        for chain in found.skipped
    }
    assert chains == {"b": [("STEP_FAILED", None), ("PYTHON_RAISED", "a")], "c": chains["b"]}


@pytest.mark.parametrize("named", [True, False])
def test_skips_go_back_to_the_first_cause(named: bool) -> None:  # noqa: FBT001
    skipped = (
        skip("b", SkipCode.UPSTREAM_FAILED, "a" if named else None),
        skip("c", SkipCode.UPSTREAM_SKIPPED, "b" if named else None),
    )
    found = why(*FAILED_A, *skipped, ENDED)
    links = [[(link.step_id, link.code, link.run_seq) for link in chain.chain] for chain in found.skipped]
    failed = ("a", "PYTHON_RAISED", 4)
    assert links == [[failed], [("b", "UPSTREAM_FAILED", 5), failed]]


def test_skips_by_a_condition_an_operator_or_a_cancel() -> None:
    sent = SignalAcceptedPayload(signal_type=SignalType.SKIP_STEP, arguments={"stepId": "a"}, actor=ACTOR, reason="x")
    found = why(
        Fact("SignalAccepted", sent, "s"),
        "SignalApplied s",
        skip("a", SkipCode.BY_OPERATOR),
        skip("b", SkipCode.WHEN_FALSE),
        "RunCompleted",
    )
    assert [[link.code for link in chain.chain] for chain in found.skipped] == [["BY_OPERATOR"], []]
    assert found.skipped[0].chain[0].run_seq == 4
    assert found.summary == "0 steps succeeded, 2 skipped"
    cancelled = why(
        accepted("s"), "SignalApplied s", "RunCancelling", skip("a", SkipCode.RUN_CANCELLED), "RunCancelled"
    )
    assert [[link.code for link in chain.chain] for chain in cancelled.skipped] == [["CANCELLED"]]
    bare = why(skip("a", SkipCode.BY_OPERATOR), skip("b", SkipCode.RUN_FAILING), skip("c", SkipCode.RUN_CANCELLED))
    assert [list(chain.chain) for chain in bare.skipped] == [[], [], []]


def test_a_cancelled_run_names_who_and_why() -> None:
    sent = SignalAcceptedPayload(signal_type=SignalType.CANCEL, arguments={}, actor=ACTOR, reason="wrong day")
    found = first(Fact("SignalAccepted", sent, "s"), "SignalApplied s", "RunCancelling", "RunCancelled")
    assert (found.kind, found.text, found.code) == (ReasonKind.CANCELLED, "cancelled by tester: wrong day", "CANCELLED")
    stopped = Fact("RunCancelled", RunCancelledPayload(code=CancelCode.EMERGENCY_STOP, signal_id="unheard"))
    assert first(stopped).text == "stopped at once"


def test_a_run_past_its_deadline_or_refused() -> None:
    late = (*STARTED, Fact("RunFailing", RunFailingPayload(code="RUN_DEADLINE")), "StepCancelled a 1")
    ended = Fact("RunFailed", RunFailedPayload(code="RUN_DEADLINE"))
    assert first(*late, ended).text == "the run passed its deadline"
    limited = plan_of({"stepId": "a"}, deadlineMs=5)
    assert first(*late, ended, plan=limited).text == "the run passed its deadline of 5 ms"
    refused = Fact("RunFailed", RunFailedPayload(code="PLAN_CAPABILITY", message="no pause"))
    found = explain_run(whole_history_of(CHAIN, "RunQueued", refused))
    assert kinds(found) == [("refused", None)]
    assert found.summary == "refused before any step ran, with PLAN_CAPABILITY: no pause"


def test_a_completed_run_and_what_did_not_succeed() -> None:
    assert first(*STARTED, "StepCompleted a 1", "RunCompleted").text == "1 step succeeded"
    assert first(*FAILED_A, "RunCompleted").text == "the run completed in spite of a"
    waiting = why(*STARTED, "StepFailed a 1 retry", "StepStarted b 1", "StepFailed b 1", ENDED)
    assert kinds(waiting) == [("step-failed", "a"), ("step-failed", "b")]
    assert waiting.summary.endswith("and the run ended before its next one")


def test_without_a_plan_the_steps_with_events_are_told() -> None:
    assert kinds(why(*STARTED, plan=None)) == [("running", "a")]
    found = why(*FAILED_A, skip("b", SkipCode.UPSTREAM_FAILED), ENDED, plan=None)
    assert [list(chain.chain) for chain in found.skipped] == [[]]


def test_a_long_list_is_cut_and_says_so() -> None:
    many = plan_of({"stepId": "a"}, *({"stepId": f"s{n}", "dependsOn": ["a"]} for n in range(150)))
    found = why(plan=many)
    assert (len(found.reasons), found.left_out) == (MAX_REASONS, 51)


def test_a_log_without_its_first_event_is_refused() -> None:
    with pytest.raises(DvtError, match="has no RunQueued"):
        explain_run(whole_history_of(CHAIN))


def test_a_long_chain_of_skips_is_cut() -> None:
    names = [f"s{n}" for n in range(30)]
    steps: list[JsonObject] = [
        {"stepId": name, "dependsOn": [names[n - 1]] if n else []} for n, name in enumerate(names)
    ]
    skipped = [skip(name, SkipCode.UPSTREAM_SKIPPED) for name in names[1:]]
    found = why(skip("s0", SkipCode.WHEN_FALSE), *skipped, "RunCompleted", plan=plan_of(*steps))
    assert [len(chain.chain) for chain in found.skipped] == [min(n, 20) for n in range(30)]


def test_a_skip_by_the_deadline_goes_back_to_the_run_alone() -> None:
    late = Fact("RunFailing", RunFailingPayload(code="RUN_DEADLINE"))
    found = why(late, skip("a", SkipCode.RUN_FAILING))
    assert [[(link.code, link.step_id) for link in chain.chain] for chain in found.skipped] == [
        [("RUN_DEADLINE", MISSING)]
    ]


def test_a_clean_up_step_is_ready_whatever_became_of_the_others() -> None:
    plan = plan_of({"stepId": "a"}, {"stepId": "clean", "dependsOn": ["a"], "runIf": "all-done"})
    assert kinds(why(*FAILED_A, plan=plan)) == [("no-worker", "clean")]
    assert kinds(why(*FAILING, plan=plan)) == [("stopping", "a"), ("no-worker", "clean")]


def test_a_cause_that_came_later_is_none() -> None:
    found = why(skip("b", SkipCode.UPSTREAM_FAILED, "a"), *FAILED_A)
    assert [list(chain.chain) for chain in found.skipped] == [[]]
