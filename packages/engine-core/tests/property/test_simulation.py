"""Whole runs with a fault at every boundary: nothing is lost, nothing is there twice, the outcome is one."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence

import pytest
from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import AppendResult

from dvt_engine_core.interpreter import Interpreter
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.simulation.plans import SIMULATIONS
from dvt_engine_core.testing.simulation.search import Finding, by_lot, judge, shrunk, single_faults
from dvt_engine_core.testing.simulation.simulate import Simulation, simulate


@pytest.mark.parametrize("name", ["line", "retry", "independent"])  # the others in `nox -s simulate`
def test_every_single_fault_leaves_the_same_outcome(name: str) -> None:
    base = SIMULATIONS[name]
    undisturbed = simulate(base)
    assert undisturbed.wrong == ()
    assert [str(finding) for one in single_faults(base) if (finding := judge(one, undisturbed))] == []


@pytest.mark.parametrize("name", SIMULATIONS)
def test_faults_by_lot_leave_the_same_outcome(name: str) -> None:
    base = SIMULATIONS[name]
    undisturbed = simulate(base)
    assert [str(finding) for seed in range(10) if (finding := judge(by_lot(base, seed), undisturbed))] == []


def test_a_seed_is_one_execution_under_every_hash_seed() -> None:
    program = (
        "from dvt_engine_core.testing.simulation.plans import SIMULATIONS as s\n"
        "from dvt_engine_core.testing.simulation.search import by_lot\n"
        "from dvt_engine_core.testing.simulation.simulate import simulate\n"
        "print([simulate(by_lot(s[name], 7)).trace_hash for name in ('line', 'parallel')])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "4711")
    }
    assert len(told) == 1


def test_other_seeds_are_other_executions_of_one_outcome() -> None:
    found = [simulate(Simulation(SIMULATIONS["parallel"].plan, seed=seed)) for seed in range(12)]
    assert len({one.log for one in found}) > 1
    assert len({one.outcome_hash for one in found}) == 1


def hunt() -> Finding | None:
    """The first finding among the single faults of the first plan, with as few faults as it needs."""
    base = SIMULATIONS["line"]
    undisturbed = simulate(base)
    for simulation in single_faults(base):
        finding = judge(simulation, undisturbed)
        if finding:
            return shrunk(finding, undisturbed)
    return None


def test_a_store_that_forgets_keys_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryStore, "_judge", lambda *_args, **_named: None)
    finding = hunt()
    assert finding
    assert "I2 a key is there twice" in finding.wrong


def test_an_event_that_is_lost_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = MemoryStore.append

    async def lossy(
        self: MemoryStore, run: RunKey, events: Sequence[AnyEvent], *, legal_from: RunStatus | None = None
    ) -> tuple[AppendResult, ...]:
        answer = await honest(self, run, events, legal_from=legal_from)
        stored = self._runs[run]
        if stored.rows.last_run_seq == 5:  # one committed event is gone
            stored.bodies.pop(2)
        return answer

    undisturbed = simulate(SIMULATIONS["line"])
    monkeypatch.setattr(MemoryStore, "append", lossy)
    assert judge(SIMULATIONS["line"], undisturbed)


def test_an_interpreter_that_forgets_what_ran_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Interpreter._order
    forgotten: set[str] = set()

    def once(*told: object) -> object:
        order = honest(*told)  # type: ignore[arg-type]
        if order.step_id in forgotten:
            raise asyncio.CancelledError  # it goes no further
        forgotten.add(order.step_id)
        return order

    base = SIMULATIONS["line"]
    undisturbed = simulate(base)
    monkeypatch.setattr(Interpreter, "_order", staticmethod(once))
    crashed = [one for one in single_faults(base) if "crash" in one.faults.values()]
    assert any(judge(one, undisturbed) for one in crashed)
