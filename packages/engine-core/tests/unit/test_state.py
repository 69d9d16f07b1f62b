"""Core state: the fold, readiness, what is in flight, and how it travels."""

import json
from dataclasses import asdict, replace

import pytest
from dvt_contracts.models.glossary.v1.status import CancelCode, RunStatus, RunSubstatus, SignalType, StepStatus
from dvt_contracts.models.plan.v1.plan import Plan

from dvt_engine_core.causes import RunLoaded, StepReturned
from dvt_engine_core.facts import Fact
from dvt_engine_core.folding import evolve, evolve_all, initial_state
from dvt_engine_core.services.loaded import LoadedRun, pack, unpack
from dvt_engine_core.state import CoreState, OpenSignal, StepState
from dvt_engine_core.testing.scenario import AT, accepted, fact, given
from dvt_engine_core.testing.world import plan_of
from dvt_engine_core.transitions import RunState
from dvt_engine_core.walk import CompactWalk, Walk

PLAN = plan_of(
    {"stepId": "a", "retry": {"maxAttempts": 2}, "workerClass": "isolation"},
    {"stepId": "b", "dependsOn": ["a"], "timeoutMs": 5},
    {"stepId": "c", "dependsOn": ["a", "b"]},
    {"stepId": "d"},
    maxParallelSteps=3,
    cancelGraceMs=7,
)
WALK = Walk.of(Plan.parse(PLAN))
BEGUN = ("RunQueued", "RunStarted")


def test_at_first_the_roots_are_ready_in_plan_order() -> None:
    state = initial_state(WALK)
    assert (state.ready, state.unmet, state.run) == ((0, 3), {1: 1, 2: 2}, None)
    assert state.step(0) == StepState()
    assert not state.terminal


def test_success_frees_dependents_once_all_they_wait_for_succeeded() -> None:
    state = given(PLAN, *BEGUN, "StepStarted a 1", "StepCompleted a 1").state
    assert state.ready == (1, 3)
    after = evolve_all(state, [fact("StepStarted b 1"), fact("StepCompleted b 1")])
    assert (after.ready, after.unmet) == ((2, 3), {})


def test_a_dependent_that_was_skipped_is_not_freed() -> None:
    state = given(PLAN, *BEGUN, "StepStarted a 1", "StepSkipped b 1", "StepCompleted a 1").state
    assert state.ready == (3,)


@pytest.mark.parametrize("line", ["RunStarted", "StepCompleted a 1", "StepStarted a 2", "StepStarted nobody 1"])
def test_an_illegal_or_foreign_fact_changes_nothing(line: str) -> None:
    state = given(PLAN, *BEGUN).state
    assert evolve(state, fact(line)) == state


def test_facts_of_a_step_in_flight_wait_for_its_return() -> None:
    state = given(PLAN, *BEGUN).when(RunLoaded()).state
    assert state.in_flight == {0: 1, 3: 1}
    assert evolve(state, fact("StepFailed a 1")) == state


def test_a_return_stands_for_start_and_outcome() -> None:
    run = given(PLAN, *BEGUN).when(RunLoaded()).when(StepReturned("a", 1, StepStatus.SUCCEEDED)).state
    log = given(PLAN, *BEGUN, "StepStarted a 1", "StepCompleted a 1").state
    assert run.steps == log.steps


def test_done_is_final_or_out_of_attempts() -> None:
    assert StepState(StepStatus.FAILED, 1).out_of_attempts
    assert not StepState(StepStatus.FAILED, 1, AT).out_of_attempts
    done = {status for status in StepStatus if StepState(status, 1).done}
    assert done == {StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELLED}
    assert not StepState(StepStatus.FAILED, 1, AT).done


def test_run_facts_are_counted_for_their_occurrence() -> None:
    """[GLOSSARY-006]."""
    state = given(PLAN, *BEGUN, "RunPaused 1", "RunResumed 1", "RunPaused 2").state
    assert state.counts == {"RunQueued": 1, "RunStarted": 1, "RunPaused": 2, "RunResumed": 1}


def test_signals_stay_open_until_they_are_applied_or_refused() -> None:
    signal = OpenSignal("s", SignalType.CANCEL)
    assert given(PLAN, *BEGUN, accepted("s")).state.open_signals == {"s": signal}
    applied = given(PLAN, *BEGUN, accepted("s"), "SignalApplied s").state
    assert (dict(applied.open_signals), applied.applied_signals) == ({}, frozenset({"s"}))
    assert evolve(applied, accepted("s")).open_signals == {}
    assert given(PLAN, *BEGUN, "SignalRejected s").state.open_signals == {}


def test_why_a_run_ends_is_kept() -> None:
    state = given(PLAN, *BEGUN, "RunFailing", "RunCancelling").state
    assert (state.failed_step, state.cancel) == ("a", (CancelCode.CANCELLED, "s"))
    assert state.run == RunState(RunStatus.RUNNING, RunSubstatus.CANCELLING)
    assert evolve(state, fact("RunCancelled")).terminal


LOGS: list[tuple[str | Fact, ...]] = [
    ("RunQueued",),
    BEGUN,
    (*BEGUN, "StepStarted a 1", "StepFailed a 1 retry", "StepStarted d 1"),
    (*BEGUN, "StepStarted a 1", "StepCompleted a 1", accepted("s"), accepted("t"), "SignalApplied s", "RunCancelling"),
    (*BEGUN, "StepFailed d 1", "RunFailing", "StepSkipped a 1"),
]


def without_retries(state: CoreState) -> CoreState:
    return replace(state, walk=replace(state.walk, retries=()), loaded=False)


@pytest.mark.parametrize("log", LOGS, ids=len)
def test_state_travels_as_json_and_comes_back_whole(log: tuple[str | Fact, ...]) -> None:
    state = given(PLAN, *log).state
    wire = json.loads(json.dumps(asdict(pack(state))))
    walk = CompactWalk(**wire.pop("walk"))
    assert unpack(LoadedRun(walk=walk, **wire)) == without_retries(state)


def test_a_run_without_a_log_travels_as_pending() -> None:
    assert unpack(pack(initial_state(WALK))).run == RunState(RunStatus.PENDING)


def test_an_ended_run_has_nothing_to_unpack() -> None:
    with pytest.raises(ValueError, match="has ended"):
        unpack(LoadedRun(None))


def test_a_walk_travels_compact_and_comes_back_without_its_retry_policies() -> None:
    compact = CompactWalk.of(WALK)
    assert compact.routes == [("isolation", 3_600_000, 10_000), ("data", 5, 10_000), ("data", 3_600_000, 10_000)]
    assert compact.route_of == [0, 1, 2, 2]
    walk = compact.expand()
    assert walk == replace(WALK, retries=())
    assert WALK.retry_of(0).max_attempts == 2
    assert walk.retry_of(0).max_attempts == 1
