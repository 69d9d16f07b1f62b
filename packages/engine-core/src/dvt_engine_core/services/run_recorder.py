"""The record step: decides again on the log and appends; its input names only what happened, never the facts."""

from dataclasses import dataclass
from typing import Final

from dvt_contracts.models.glossary.v1.status import StepStatus
from dvt_contracts.models.store.v1.append_result import Appended, Duplicate

from dvt_engine_core.causes import Cause, StepLost, StepReturned
from dvt_engine_core.decider import decide
from dvt_engine_core.errors import InconsistencyError
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.materials import Materials
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.state import CoreState, evolve_all

#: Each round follows a step that moved between fold and append, and a step moves that way twice at most.
_ROUNDS: Final = 16


@dataclass(frozen=True, slots=True)
class RunRecorder:
    """Records decisions; at most one call per run is in flight."""

    materials: Materials
    recorder: Recorder

    async def record(self, run: RunKey, cause: Cause) -> StepReturned | None:
        """Decide on the fold of the log, where nothing is in flight, and append what it lacks.

        Shape: after a lost step, what the log now says of it; else None. Repeating it appends nothing twice. Where a
        step moved meanwhile and the log refused a fact (a terminal event while a late delivery began to run), it is
        decided anew on the log as it is then.
        Raises: UnavailableError, RunNotFoundError, InconsistencyError.
        Source: ExecutionSemantics, writers.
        """
        material = await self.materials.of(run)
        for _ in range(_ROUNDS):
            state = await self.recorder.fold(run, material.walk)
            facts = decide(state, cause).facts
            results = await self.recorder.append(material.identity, facts) if facts else ()
            if all(isinstance(result, Appended | Duplicate) for result in results):
                return _told(evolve_all(state, facts), cause) if isinstance(cause, StepLost) else None
        raise InconsistencyError(f"the log of run {run.run_id} refuses what follows from it")


def _told(state: CoreState, lost: StepLost) -> StepReturned:
    step = state.step(state.walk.graph.index[lost.step_id])
    status = StepStatus.SKIPPED if step.status is StepStatus.PENDING else step.status
    return StepReturned(lost.step_id, lost.attempt, status, step.retry_at)
