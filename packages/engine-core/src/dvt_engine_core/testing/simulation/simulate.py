"""One execution of a plan, and what is wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Final

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.glossary.v1.status import RunStatus, StepStatus

from dvt_engine_core.canonical import canonical_bytes
from dvt_engine_core.errors import DvtError, StepError
from dvt_engine_core.hashes import outcome_hash, state_hash
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.retry import instant_after
from dvt_engine_core.services.workflow_engine import StartRequest, WorkflowEngine
from dvt_engine_core.testing.in_process import InProcessEngine, Surroundings
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemoryLogs, MemorySecrets
from dvt_engine_core.testing.seeded import SeededIds
from dvt_engine_core.testing.simulation.faults import Boundaries, Fault, SimulatedExecutor, SimulatedStore
from dvt_engine_core.testing.simulation.loop import NothingLeftError, run_simulated
from dvt_engine_core.testing.world import CONTEXT, line
from dvt_engine_core.transitions import TERMINAL

_LOOK_S: Final = 0.5
_EPOCH: Final = "2026-01-31T08:15:30.000Z"
_LONGEST_S: Final = 900.0
_SETTLED_S: Final = 130.0
_DONE: Final = frozenset({StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to execute.

    Shape: `faults` by number of boundary; `failures` names the attempts that fail, as step and attempt.
    """

    plan: JsonObject
    seed: int = 0
    faults: Mapping[int, Fault] = field(default_factory=dict)
    failures: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of it. Shape: `boundaries` are the kinds that were passed; `wrong` names broken invariants."""

    status: RunStatus
    outcome_hash: str | None
    log: tuple[str, ...]
    boundaries: tuple[str, ...]
    wrong: tuple[str, ...]
    trace_hash: str


@dataclass(slots=True)
class _Clock:
    """The loop's time as an Instant."""

    def now(self) -> str:
        """See Clock."""
        return instant_after(_EPOCH, round(asyncio.get_running_loop().time() * 1000))


def simulate(what: Simulation) -> Simulated:
    """Execute it. Raises: NothingLeftError or TimeoutError if the run cannot end."""
    return run_simulated(_Execution(what).run())


class _Execution:
    """Store and engines of one execution; an engine remembers what it was told to run, as a durable one does."""

    def __init__(self, what: Simulation) -> None:
        chance = Random(what.seed)  # noqa: S311 - executions are to be repeated
        self.boundaries = Boundaries(what.faults, chance, crash=self._crash, split=self._split)
        self.clock, self.ids = _Clock(), SeededIds(chance)
        self.what = what
        self.store = SimulatedStore(self.clock)
        self.store.boundaries = Boundaries({}, chance)  # the caller of the service meets no faults
        self.executor = SimulatedExecutor(default=self._behave, boundaries=self.boundaries)
        self.engines: list[tuple[InProcessEngine, asyncio.Task[None]]] = []
        self.started: set[RunKey] = set()
        self.over = False
        self.ending: set[asyncio.Task[None]] = set()

    async def run(self) -> Simulated:
        service = WorkflowEngine(self.store, self.clock, self.ids)
        plan = self.what.plan
        ref = await self.store.put(
            "local", canonical_bytes(plan), plan_id=str(plan["planId"]), plan_version=str(plan["planVersion"])
        )
        run = RunKey("local", (await service.start_run(StartRequest(ref, CONTEXT))).run_id)
        self.store.boundaries = self.boundaries
        self._split()
        async with asyncio.timeout(_LONGEST_S):
            while (snapshot := (await service.get_run_status(run)).snapshot).status not in TERMINAL:  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_S)
        self.over = True
        await asyncio.sleep(_SETTLED_S)  # whatever is still on its way must change nothing
        log = tuple(line(fact) for fact in self.store.facts(run))
        wrong = tuple(await self._wrong(run, snapshot))
        trace = "\n".join([*log, *self.boundaries.passed, snapshot.document().__repr__()])
        return Simulated(
            snapshot.status,
            outcome_hash(snapshot),
            log,
            tuple(self.boundaries.passed),
            wrong,
            sha256(trace.encode()).hexdigest(),
        )

    async def _wrong(self, run: RunKey, seen: RunSnapshot) -> list[str]:
        """I1, I2, I3, I5, I8 and I13 on the log that was left."""
        stored = await self.store.read_run(run)
        assert stored is not None
        records = [record async for record in self.store.read_events(run)]
        keys = [str(record.event.idempotency_key) for record in records]
        live = state_hash(stored.snapshot)
        rebuilt = await self.store.rebuild(run)
        assert rebuilt is not None
        found = {
            "I1 runSeq has a gap": [record.run_seq for record in records] != list(range(1, len(records) + 1)),
            "I2 a key is there twice": len(set(keys)) != len(keys),
            "I3 the chain is broken": rebuilt.history_hash != stored.history_hash,
            "I5 rows are not the fold of the log": state_hash(rebuilt.snapshot) != live,
            "I8 something follows the end": state_hash(seen) != live,
            "I8 a step is alive after the end": any(step.status not in _DONE for step in stored.snapshot.steps),
        }
        return [name for name, broken in found.items() if broken]

    async def _behave(self, call: StepCall) -> JsonValue:
        await asyncio.sleep(self.boundaries.chance.random())
        if (call.step_id, call.attempt) in self.what.failures:
            raise StepError("as simulated", code="PYTHON_RAISED")
        return {"step": call.step_id}

    def _split(self) -> None:
        engine = InProcessEngine(
            Surroundings(
                self.store,
                self.store.intents,
                self.store,
                {self.executor.kind: self.executor},
                MemoryArtifacts(),
                MemoryLogs(),
                MemorySecrets(),
                self.clock,
                self.ids,
            )
        )
        self.engines.append((engine, asyncio.get_running_loop().create_task(self._serve(engine))))

    async def _serve(self, engine: InProcessEngine) -> None:
        """Go on with what was started before, and take what is new; an interpreter that fails begins anew."""
        while not self.over:
            for run in sorted(self.started, key=lambda key: key.run_id):
                await engine.start(run)
            with suppress(DvtError):
                await engine.dispatcher.deliver_due()
            self.started |= set(engine.known())
            await asyncio.sleep(_LOOK_S)

    def _crash(self) -> None:
        """Lose all engines at once; a new one begins a moment later."""
        lost, self.engines = self.engines, []
        task = asyncio.get_running_loop().create_task(self._after_crash(lost))
        self.ending.add(task)
        task.add_done_callback(self.ending.discard)

    async def _after_crash(self, lost: list[tuple[InProcessEngine, asyncio.Task[None]]]) -> None:
        for engine, serving in lost:
            serving.cancel()
            for run in engine.known():
                await engine.cancel(run)
        await asyncio.sleep(1)
        self._split()


__all__ = ["Fault", "NothingLeftError", "Simulated", "Simulation", "simulate"]
