"""The load step of a run: everything is proven before any step runs; RunStarted or RunFailed is recorded here."""

from dataclasses import dataclass
from typing import Final

from dvt_contracts.models.engine.v1.builds import Builds
from dvt_contracts.models.engine.v1.engine_run_ref import EngineRunRef
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.engine.v1.signal_snapshot import SignalStatus
from dvt_contracts.models.events.v1.run_cancelled import RunCancelledPayload
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.run_started import RunStartedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.glossary.v1.status import CancelCode, RunStatus, SignalEffect, SignalType
from dvt_contracts.models.store.v1.append_result import Appended, Duplicate
from pydantic import MISSING

from dvt_engine_core.errors import DvtError, RunNotFoundError
from dvt_engine_core.facts import Fact, RunIdentity
from dvt_engine_core.freetext import clean
from dvt_engine_core.hashes import inputs_hash
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.loaded import LoadedRun, pack
from dvt_engine_core.services.materials import Materials, RunMaterial
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.services.reuse import Reuse
from dvt_engine_core.transitions import TERMINAL


@dataclass(frozen=True, slots=True)
class RunLoader:
    """Loads runs for interpreters of one adapter.

    Shape: without `reuse` a retried run does everything anew.
    """

    materials: Materials
    recorder: Recorder
    builds: Builds
    reuse: Reuse | None = None

    async def load(self, run: RunKey, engine: EngineRunRef) -> LoadedRun:
        """Read a run, prove its plan and inputs, record its start or its failure, and fold its log.

        Shape: an ended run is answered without writing. Repeating it after a crash goes on where it stopped.
        Raises: RunNotFoundError, UnavailableError.
        Source: ExecutionSemantics; architecture, one run end to end.
        """
        stored = await self.recorder.store.read_run(run, steps=())
        if stored is None:
            raise RunNotFoundError(f"no run {run.run_id}")
        snapshot = stored.snapshot
        if snapshot.status in TERMINAL:
            return LoadedRun(None)
        if snapshot.status is RunStatus.PENDING and await self._cancelled(run, snapshot):
            return LoadedRun(None)
        try:
            material = await self.materials.of(run)
        except DvtError as error:
            if error.retryable or snapshot.status is not RunStatus.PENDING:
                raise
            await self._fail(run, snapshot, error)
            return LoadedRun(None)
        if snapshot.status is RunStatus.PENDING:
            await self._start(material, engine)
        await self._take_over(run, snapshot, material)
        state = await self.recorder.fold(run, material.walk)
        return LoadedRun(None) if state.terminal else pack(state)

    async def _start(self, material: RunMaterial, engine: EngineRunRef) -> None:
        payload = RunStartedPayload(
            step_count=len(material.plan.steps),
            inputs_hash=inputs_hash(material.inputs),
            builds=self.builds,
            engine=engine,
        )
        await self.recorder.append(material.identity, [Fact("RunStarted", payload)])

    async def _take_over(self, run: RunKey, snapshot: RunSnapshot, material: RunMaterial) -> None:
        """Record the results that a retried run reuses; an engine without reuse works for everything again."""
        if self.reuse is None or snapshot.queued is MISSING or snapshot.queued.parent_run_id is MISSING:
            return
        parent = RunKey(run.tenant_id, snapshot.queued.parent_run_id)
        facts = await self.reuse.of(run, parent, material)
        if facts:
            await self.recorder.append(material.identity, facts)

    async def _fail(self, run: RunKey, snapshot: RunSnapshot, error: DvtError) -> None:
        first = error.faults[0] if error.faults else None
        code = first.code if first is not None and error.code == "PLAN_INVALID" else error.code
        message = clean(error.message if first is None else f"{error.message}: {first.message}")
        await self.recorder.append(
            identity_of(run, snapshot), [Fact("RunFailed", RunFailedPayload(code=code, message=message))]
        )

    async def _cancelled(self, run: RunKey, snapshot: RunSnapshot) -> bool:
        """Apply an accepted cancel to a run that has not started; False where it has: the interpreter applies it."""
        for signal in snapshot.signals:
            if signal.status is not SignalStatus.ACCEPTED or signal.decision is MISSING:
                continue
            if signal.decision.signal_type in PENDING_ENDS:
                identity = identity_of(run, snapshot)
                return await cancel_pending(self.recorder, identity, signal.signal_id, signal.decision.signal_type)
        return False


#: What the two signals that end a run before its start are recorded as.
PENDING_ENDS: Final = {
    SignalType.CANCEL: CancelCode.CANCELLED,
    SignalType.EMERGENCY_STOP: CancelCode.EMERGENCY_STOP,
}


async def cancel_pending(
    recorder: Recorder, identity: RunIdentity, signal_id: str, signal_type: SignalType = SignalType.CANCEL
) -> bool:
    """Cancel a run that is still PENDING: SignalApplied and RunCancelled, legal from PENDING only.

    Shape: True when the run is cancelled by this signal, False where it is past PENDING.
    Source: ExecutionSemantics, writers: dispatcher, and load.
    """
    applied = SignalAppliedPayload(signal_type=signal_type, effect=SignalEffect.APPLIED)
    cancelled = RunCancelledPayload(code=PENDING_ENDS[signal_type], signal_id=signal_id)
    results = await recorder.append(
        identity,
        [Fact("SignalApplied", applied, signal_id), Fact("RunCancelled", cancelled)],
        legal_from=RunStatus.PENDING,
    )
    return isinstance(results[-1], Appended | Duplicate)


def identity_of(run: RunKey, snapshot: RunSnapshot) -> RunIdentity:
    """Identity of a stored run."""
    if snapshot.queued is MISSING:
        raise DvtError(f"run {run.run_id} has no RunQueued")
    return RunIdentity.of(run.run_id, plan=snapshot.queued.plan_ref, context=snapshot.queued.context)
