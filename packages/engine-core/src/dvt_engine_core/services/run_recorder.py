"""The record step: decides again on the log and appends; its input names only what happened, never the facts."""

from dataclasses import dataclass
from typing import Final

from dvt_contracts.models.glossary.v1.status import SignalType, StepStatus
from dvt_contracts.models.store.v1.append_result import Appended, AppendResult, Duplicate

from dvt_engine_core.causes import Cause, SignalArrived, StepLost, StepReturned
from dvt_engine_core.decider import decide
from dvt_engine_core.errors import InconsistencyError
from dvt_engine_core.facts import Fact
from dvt_engine_core.folding import evolve_all
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.materials import Materials
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.services.updates import judged
from dvt_engine_core.standpoint import Recorded, Standpoint
from dvt_engine_core.state import CoreState

#: Each round follows a step that moved between fold and append, and a step moves that way twice at most.
_ROUNDS: Final = 16
_UPDATE: Final = SignalType.UPDATE_PARAMETERS


@dataclass(frozen=True, slots=True)
class RunRecorder:
    """Records decisions; at most one call per run is in flight."""

    materials: Materials
    recorder: Recorder

    async def record(self, run: RunKey, cause: Cause, seen: Standpoint | None = None) -> Recorded:
        """Decide on the fold of the log as the interpreter sees it, and append what it lacks.

        Shape: repeating it appends nothing twice. Where a step moved meanwhile and the log refused a fact (a terminal
        event while a late delivery began to run), it is decided anew on the log as it is then; the skip of a step
        that was dispatched and runs already is refused for good, and that is fine.
        Raises: UnavailableError, RunNotFoundError, InconsistencyError.
        Source: ExecutionSemantics, writers.
        """
        material = await self.materials.of(run)
        update = cause if isinstance(cause, SignalArrived) and cause.signal_type is _UPDATE else None
        for _ in range(_ROUNDS):
            state = await self.recorder.fold(run, material.walk, seen)
            said = await judged(self.materials, material, run, update) if update else cause
            facts = decide(state, said).facts
            results = await self.recorder.append(material.identity, facts) if facts else ()
            if all(_kept(state, fact, result) for fact, result in zip(facts, results, strict=True)):
                told = _told(evolve_all(state, facts), cause) if isinstance(cause, StepLost) else None
                after = await self.recorder.fold(run, material.walk) if update else state
                return Recorded(told, after.inputs_version)
        raise InconsistencyError(f"the log of run {run.run_id} refuses what follows from it")


def _kept(state: CoreState, fact: Fact, result: AppendResult) -> bool:
    """Whether the log holds a fact, or may do without it."""
    dispatched = state.walk.graph.index.get(fact.subject_id or "") in state.in_flight
    return isinstance(result, Appended | Duplicate) or (fact.event_type == "StepSkipped" and dispatched)


def _told(state: CoreState, lost: StepLost) -> StepReturned:
    step = state.step(state.walk.graph.index[lost.step_id])
    status = StepStatus.SKIPPED if step.status is StepStatus.PENDING else step.status
    return StepReturned(lost.step_id, lost.attempt, status, step.retry_at)
