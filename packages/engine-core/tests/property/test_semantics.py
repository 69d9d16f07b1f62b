"""Runs under every policy and signal, driven by lot: all can end, none loses its way, a restore changes nothing.

The clauses that are put to the test: [EXEC-011] [EXEC-013] [EXEC-025] [EXEC-026] [EXEC-027] [EXEC-032] [EXEC-033]
[EXEC-035] [EXEC-039] [EXEC-041] [EXEC-044].
"""

from random import Random

from dvt_contracts.base import JsonObject
from dvt_contracts.models.glossary.v1.status import RunStatus, SignalType, StepStatus
from hypothesis import given, settings
from hypothesis import strategies as st

from dvt_engine_core.causes import RunLoaded
from dvt_engine_core.decider import decide
from dvt_engine_core.testing.driven import Behaviour, DrivenRun
from dvt_engine_core.testing.world import plan_of

SETTINGS = settings(max_examples=150, deadline=None)
CHANCE = st.randoms(use_true_random=False)
POLICIES = ("fail-fast", "finish-running", "continue-independent", "pause")
SENT = {*SignalType} - {SignalType.RETRY_RUN}
ENDED = {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED}


def random_plan(chance: Random, policy: str) -> JsonObject:
    """Up to seven steps, some of them clean-up, some tried again; perhaps a deadline."""
    steps: list[JsonObject] = [
        {
            "stepId": f"s{n}",
            "dependsOn": [f"s{m}" for m in range(n) if chance.random() < 0.4],
            "retry": {"maxAttempts": chance.randint(1, 3), "initialMs": 10},
            "runIf": "all-done" if chance.random() < 0.25 else "all-succeeded",
        }
        for n in range(chance.randint(1, 7))
    ]
    plan = plan_of(*steps, maxParallelSteps=chance.randint(1, 4), onStepFailure=policy)
    return {**plan, "deadlineMs": 1000} if chance.random() < 0.3 else plan


def fails_sometimes(chance: Random, share: float = 0.25) -> Behaviour:
    """The same answer whenever it is asked about the same attempt; granted attempts succeed in the end."""
    bad = {(f"s{n}", attempt) for n in range(7) for attempt in (1, 2, 3) if chance.random() < share}
    return lambda step, attempt: (step, attempt) not in bad


def send_something(run: DrivenRun, chance: Random, number: int) -> None:
    """Send a signal by lot."""
    signal_type = chance.choice((*sorted(SENT), SignalType.RETRY_STEP, SignalType.RETRY_STEP))
    on_step = signal_type in {SignalType.RETRY_STEP, SignalType.SKIP_STEP}
    failed = [run.walk.graph.step_ids[index] for index in sorted(run.state.failed)]
    run.send(
        f"x{number}", signal_type, chance.choice((*run.walk.graph.step_ids, *failed, "nobody")) if on_step else None
    )


def go(run: DrivenRun, chance: Random, *, signals: int, crashes: int) -> DrivenRun:
    """Drive a run to its end, with signals and crashes where the lot puts them; look at it after every move."""
    moves = 0
    while not run.state.terminal:
        moves += 1
        assert moves < 500, run.told()
        if signals and chance.random() < 0.25:
            signals -= 1
            send_something(run, chance, signals)
        if crashes and chance.random() < 0.15:
            crashes -= 1
            run.load()
        elif not run.coming:
            assert run.state.paused, run.told()
            run.send(f"resume-{len(run.log)}", SignalType.RESUME)
        else:
            run.go_on()
        log = run.fold()
        assert run.state.run == log.run, run.told()
        if not (run.state.in_flight or log.terminal or log.open_signals):
            assert decide(log, RunLoaded()).facts == (), run.told()
    return run


class TestEveryRunEnds:
    """Every run can end, once, with every step terminal, whatever is asked of it and whenever it crashes."""

    @SETTINGS
    @given(CHANCE, st.sampled_from(POLICIES))
    def test_whatever_is_asked_and_wherever_it_crashes(self, chance: Random, policy: str) -> None:
        run = DrivenRun(random_plan(chance, policy), chance, fails_sometimes(chance))
        go(run, chance, signals=chance.randint(0, 5), crashes=chance.randint(0, 3))
        snapshot = run.snapshot()
        assert snapshot.status in ENDED
        assert len(snapshot.steps) == len(run.walk.graph.step_ids)
        assert not {step.status for step in snapshot.steps} & {StepStatus.PENDING, StepStatus.RUNNING}
        assert sum(fact.event_type in {"RunCompleted", "RunFailed", "RunCancelled"} for fact in run.log) == 1

    @SETTINGS
    @given(CHANCE, st.sampled_from(POLICIES))
    def test_without_signals_and_deadline_it_fails_exactly_when_a_step_failed(
        self, chance: Random, policy: str
    ) -> None:
        plan = {name: value for name, value in random_plan(chance, policy).items() if name != "deadlineMs"}
        run = go(DrivenRun(plan, chance, fails_sometimes(chance)), chance, signals=0, crashes=2)
        failed = any(step.status is StepStatus.FAILED for step in run.snapshot().steps)
        assert run.snapshot().status is (RunStatus.FAILED if failed else RunStatus.COMPLETED)


class TestReadiness:
    """A step starts once its dependencies are terminal and its runIf holds; a skip names what it follows from."""

    @SETTINGS
    @given(CHANCE)
    def test_what_becomes_of_a_step_follows_from_its_dependencies(self, chance: Random) -> None:
        plan = {**random_plan(chance, "continue-independent")}
        plan.pop("deadlineMs", None)
        run = go(DrivenRun(plan, chance, fails_sometimes(chance)), chance, signals=0, crashes=2)
        status = {step.step_id: step.status for step in run.snapshot().steps}
        codes = {step.step_id: step.document().get("skip", {}) for step in run.snapshot().steps}
        graph = run.walk.graph
        for index, name in enumerate(graph.step_ids):
            needed = [status[graph.step_ids[n]] for n in graph.dependencies[index]]
            runs = index in run.walk.clean_up or set(needed) <= {StepStatus.SUCCEEDED}
            assert (status[name] is not StepStatus.SKIPPED) is runs
            if not runs:
                code = "UPSTREAM_FAILED" if StepStatus.FAILED in needed else "UPSTREAM_SKIPPED"
                assert isinstance(skip := codes[name], dict)
                assert skip["code"] == code

    @SETTINGS
    @given(CHANCE, st.sampled_from(POLICIES))
    def test_clean_up_runs_whatever_ends_the_run(self, chance: Random, policy: str) -> None:
        run = DrivenRun(random_plan(chance, policy), chance, fails_sometimes(chance))
        while not run.state.terminal:
            if chance.random() < 0.2:
                run.send(f"x{len(run.log)}", chance.choice((SignalType.CANCEL, SignalType.PAUSE, SignalType.RESUME)))
            if not run.coming:
                run.send(f"resume-{len(run.log)}", SignalType.RESUME)
            run.go_on()
        ids = run.walk.graph.step_ids
        clean_up = {
            step.step_id: step.status for step in run.snapshot().steps if ids.index(step.step_id) in run.walk.clean_up
        }
        assert set(clean_up.values()) <= {StepStatus.SUCCEEDED, StepStatus.FAILED}


class TestOrder:
    """Under continue-independent the outcome does not depend on the order of independent outcomes."""

    @SETTINGS
    @given(CHANCE, st.integers())
    def test_continue_independent_has_one_outcome(self, chance: Random, seed: int) -> None:
        plan = {**random_plan(chance, "continue-independent")}
        plan.pop("deadlineMs", None)
        behaviour = fails_sometimes(chance)
        outcomes = set()
        for number in range(3):
            lot = Random(seed + number)
            outcomes.add(go(DrivenRun(plan, lot, behaviour), lot, signals=0, crashes=number).outcome())
        assert len(outcomes) == 1


class TestPause:
    """While PAUSED nothing starts but what was dispatched before, and a drained run has nothing in flight."""

    @SETTINGS
    @given(CHANCE, st.sampled_from(POLICIES))
    def test_nothing_new_is_dispatched_while_paused(self, chance: Random, policy: str) -> None:
        run = DrivenRun(random_plan(chance, policy), chance, fails_sometimes(chance))
        while not run.state.terminal:
            if chance.random() < 0.2:
                run.send(f"x{len(run.log)}", SignalType.PAUSE)
            if not run.coming:
                run.send(f"resume-{len(run.log)}", SignalType.RESUME)
            before = run.state
            run.go_on()
            if run.state.paused and before.paused:
                assert run.state.in_flight.keys() <= before.in_flight.keys()
            if run.state.run is not None and run.state.run.name == "PAUSED/DRAINED":
                assert not run.state.in_flight
