"""Whole runs driven by lot: every order of what may happen, crashes at any point, and one record of it all."""

import subprocess
import sys
from random import Random

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.glossary.v1.status import RunStatus, StepStatus
from hypothesis import given, settings
from hypothesis import strategies as st

from dvt_engine_core.decider import decide
from dvt_engine_core.facts import Fact
from dvt_engine_core.folding import evolve_all
from dvt_engine_core.state import CoreState
from dvt_engine_core.testing.driven import Behaviour, DrivenRun, succeed
from dvt_engine_core.testing.world import plan_of

SETTINGS = settings(max_examples=80, deadline=None)
CHANCE = st.randoms(use_true_random=False)
DONE = {StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELLED}


def random_plan(chance: Random) -> JsonObject:
    """Up to eight steps that depend on some before them, each tried up to three times."""
    size = chance.randint(1, 8)
    steps: list[JsonObject] = [
        {
            "stepId": f"s{n}",
            "dependsOn": [f"s{m}" for m in range(n) if chance.random() < 0.4],
            "retry": {"maxAttempts": chance.randint(1, 3), "initialMs": 10},
        }
        for n in range(size)
    ]
    return plan_of(*steps, maxParallelSteps=chance.randint(1, 4))


def fails_sometimes(chance: Random) -> Behaviour:
    """The same answer whenever it is asked about the same attempt."""
    bad = {(f"s{n}", attempt) for n in range(8) for attempt in (1, 2, 3) if chance.random() < 0.2}
    return lambda step, attempt: (step, attempt) not in bad


def first_attempts_fail(chance: Random) -> Behaviour:
    """Every step succeeds within its attempts."""
    bad = {f"s{n}" for n in range(8) if chance.random() < 0.4}
    return lambda step, attempt: attempt > 1 or step not in bad


def disturbed(
    chance: Random, plan: JsonObject, behaviour: Behaviour, *, crashes: int = 0, cancel: bool = False
) -> DrivenRun:
    """A run to its end, with crashes and a cancel at points drawn by lot."""
    run = DrivenRun(plan, chance, behaviour)
    at = chance.randint(0, 12) if cancel else -1
    turn = 0
    while run.coming:
        if turn == at:
            run.cancel()
        if crashes and chance.random() < 0.2:
            crashes -= 1
            run.load()
        if run.coming:
            run.go_on()
        turn += 1
    return run


def every_order(plan: JsonObject) -> list[DrivenRun]:
    """The run of a plan in every order in which its attempts can begin and end."""
    ended: list[DrivenRun] = []
    orders: list[tuple[int, ...]] = [()]
    while orders:
        order = orders.pop()
        run = DrivenRun(plan, Random(1))
        for number in order:
            run.go_on(number)
        orders += [(*order, number) for number in range(len(run.coming))]
        if not run.coming:
            ended.append(run)
    return ended


class TestOrder:
    """ExecutionSemantics: decisions do not depend on the order of independent outcomes; the outcome hash is equal."""

    @pytest.mark.parametrize(
        "plan",
        [
            plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c"}),
            plan_of(
                {"stepId": "a"},
                {"stepId": "b", "dependsOn": ["a"]},
                {"stepId": "c", "dependsOn": ["a"]},
                {"stepId": "d", "dependsOn": ["b", "c"]},
            ),
            plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c", "dependsOn": ["a"]}, maxParallelSteps=2),
        ],
    )
    def test_every_order_of_independent_steps_gives_one_outcome(self, plan: JsonObject) -> None:
        """[EXEC-014]."""
        runs = every_order(plan)
        assert len({run.outcome() for run in runs}) == 1
        assert len({tuple(run.told()) for run in runs}) > 5

    @SETTINGS
    @given(CHANCE, st.integers())
    def test_any_plan_completes_with_one_outcome_whatever_the_order(self, chance: Random, seed: int) -> None:
        plan = random_plan(chance)
        runs = [DrivenRun(plan, Random(seed + n)).finish() for n in range(3)]
        assert {run.snapshot().status for run in runs} == {RunStatus.COMPLETED}
        assert len({run.outcome() for run in runs}) == 1

    @SETTINGS
    @given(CHANCE, st.integers())
    def test_a_retry_leaves_no_trace_in_the_outcome(self, chance: Random, seed: int) -> None:
        """[GLOSSARY-025]."""
        plan = random_plan(chance)
        retried = {**plan, "steps": [{**step, "retry": {"maxAttempts": 2}} for step in _steps(plan)]}
        with_retries = DrivenRun(retried, Random(seed), first_attempts_fail(chance)).finish()
        assert with_retries.outcome() == DrivenRun(retried, Random(seed)).finish().outcome()


def essential(state: CoreState, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Facts without the skips of dispatched steps, which are tried and may be refused."""
    index = state.walk.graph.index
    return tuple(
        fact for fact in facts if fact.event_type != "StepSkipped" or index[str(fact.subject_id)] not in state.in_flight
    )


def _steps(plan: JsonObject) -> list[dict[str, JsonValue]]:
    steps = plan["steps"]
    assert isinstance(steps, list)
    return [dict(step) for step in steps]


class TestEnding:
    """ExecutionSemantics: every run can end, none ends with a live step, every step of a started run ends terminal."""

    @SETTINGS
    @given(CHANCE, st.booleans())
    def test_every_run_ends_once_with_all_its_steps(self, chance: Random, cancel: bool) -> None:  # noqa: FBT001
        """[EXEC-026]."""
        plan = random_plan(chance)
        run = disturbed(chance, plan, fails_sometimes(chance), crashes=chance.randint(0, 3), cancel=cancel)
        snapshot = run.snapshot()
        assert snapshot.status in {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED}
        assert len(snapshot.steps) == len(_steps(plan))
        assert {step.status for step in snapshot.steps} <= DONE
        assert sum(fact.event_type in {"RunCompleted", "RunFailed", "RunCancelled"} for fact in run.log) == 1
        assert run.fold().terminal

    @SETTINGS
    @given(CHANCE)
    def test_a_run_completes_exactly_when_every_step_succeeded(self, chance: Random) -> None:
        """[EXEC-025]."""
        run = disturbed(chance, random_plan(chance), fails_sometimes(chance), crashes=2)
        all_succeeded = all(step.status is StepStatus.SUCCEEDED for step in run.snapshot().steps)
        assert (run.snapshot().status is RunStatus.COMPLETED) is all_succeeded

    @SETTINGS
    @given(CHANCE)
    def test_no_step_starts_before_its_dependencies_succeeded(self, chance: Random) -> None:
        """[EXEC-016]."""
        plan = random_plan(chance)
        run = disturbed(chance, plan, fails_sometimes(chance), crashes=2, cancel=chance.random() < 0.5)
        graph = run.walk.graph
        needed = {name: {graph.step_ids[n] for n in graph.dependencies[graph.index[name]]} for name in graph.step_ids}
        succeeded: set[str] = set()
        for fact in run.log:
            if fact.event_type == "StepStarted":
                assert succeeded >= needed[str(fact.subject_id)]
            if fact.event_type == "StepCompleted":
                succeeded.add(str(fact.subject_id))

    @SETTINGS
    @given(CHANCE)
    def test_no_more_steps_run_than_the_plan_allows(self, chance: Random) -> None:
        """[EXEC-017]."""
        plan = random_plan(chance)
        run = DrivenRun(plan, chance, fails_sometimes(chance))
        while run.coming:
            assert sum(what in {"begin", "end"} for what, _, _ in run.coming) <= int(str(plan["maxParallelSteps"]))
            run.go_on()


class TestRestore:
    """ExecutionSemantics: after a restore steps recorded as running are dispatched again; nothing else is lost."""

    @SETTINGS
    @given(CHANCE, st.integers())
    def test_crashes_at_any_point_change_no_outcome(self, chance: Random, seed: int) -> None:
        plan = random_plan(chance)
        calm = DrivenRun(plan, Random(seed)).finish()
        crashed = disturbed(Random(seed), plan, succeed, crashes=5)
        assert crashed.outcome() == calm.outcome()

    @SETTINGS
    @given(CHANCE)
    def test_the_fold_of_the_log_decides_what_the_interpreter_decides(self, chance: Random) -> None:
        plan = random_plan(chance)
        run = DrivenRun(plan, chance, fails_sometimes(chance))
        run.finish()
        for (state, _, decided), taken in zip(run.decisions, run.taken, strict=True):
            assert essential(state, decided.facts) == essential(state, taken.facts)


class TestReentrancy:
    """Decider: deciding again on the fold that holds some of the facts gives the rest; a repeat decides nothing."""

    @SETTINGS
    @given(CHANCE)
    def test_a_prefix_of_the_facts_is_completed(self, chance: Random) -> None:
        """[EXEC-013]."""
        run = disturbed(chance, random_plan(chance), fails_sometimes(chance), crashes=1, cancel=True)
        for state, cause, decision in run.decisions:
            for known in range(len(decision.facts) + 1):
                rest: tuple[Fact, ...] = decision.facts[known:]
                if known and decision.facts[0].event_type == "SignalApplied" and known < 2:
                    continue  # SignalApplied and its effects are one group: never recorded in part
                again = decide(evolve_all(state, decision.facts[:known]), cause).facts
                assert essential(state, again) == essential(state, rest)

    @SETTINGS
    @given(CHANCE)
    def test_a_cause_heard_twice_decides_nothing_more(self, chance: Random) -> None:
        """[EXEC-013]."""
        run = DrivenRun(random_plan(chance), chance, fails_sometimes(chance))
        while run.coming:
            run.go_on()
            told = len(run.log)
            for _, cause, _ in run.decisions[-2:]:
                assert decide(run.state, cause).facts == ()
            assert len(run.log) == told


SCRIPT = """
from hashlib import sha256
from random import Random
from dvt_engine_core.state import CoreState
from dvt_engine_core.testing.driven import DrivenRun
from dvt_engine_core.testing.world import plan_of

whole = sha256()
for seed in range(12):
    chance = Random(seed)
    names = [f"{word}-{n}" for n in range(3) for word in ("extract", "load", "check")]
    steps = [
        {"stepId": name, "dependsOn": [one for one in names[:n] if chance.random() < 0.4], "retry": {"maxAttempts": 2}}
        for n, name in enumerate(names)
    ]
    bad = {(name, n) for name in names for n in (1, 2) if chance.random() < 0.2}
    run = DrivenRun(plan_of(*steps, maxParallelSteps=3), chance, lambda step, n: (step, n) not in bad)
    run.go_on()
    if seed % 3 == 0:
        run.cancel()
    run.finish()
    whole.update("\\n".join([*run.trace, *run.told(), str(run.outcome())]).encode())
print(whole.hexdigest())
"""


def test_a_trace_is_the_same_for_every_hash_seed() -> None:
    """[EXEC-011]: Determinism: nothing that is decided depends on the order of a set."""
    traces = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(traces) == 1
    assert len(traces.pop().strip()) == 64
