"""One attempt of a step, whole: its start is recorded before the work, its outcome after, whatever is repeated."""

import asyncio
import traceback
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, TypeVar

from dvt_contracts.base import Empty
from dvt_contracts.loader import parse_event
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.events.v1.step_cancelled import StepCancelCode, StepCancelledPayload
from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.events.v1.step_started import StepStartedPayload
from dvt_contracts.models.glossary.v1.status import CancelCode, OnLostWorker, RunSubstatus, StepStatus
from dvt_contracts.models.plan.v1.step import PlanStep
from dvt_contracts.models.store.v1.append_result import (
    Appended,
    AppendResult,
    Duplicate,
    Illegal,
    Superseded,
    UnknownRun,
)
from pydantic import MISSING

from dvt_engine_core.causes import StepReturned
from dvt_engine_core.errors import DvtError, RunNotFoundError, StepError, UnavailableError
from dvt_engine_core.facts import Fact, fact_of
from dvt_engine_core.freetext import clean
from dvt_engine_core.idempotency import effect_key
from dvt_engine_core.ports.execution import StepCall, StepExecutor, StepLog, StepLogs, StepResult
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.retry import retry_at
from dvt_engine_core.services.conditions import Conditions
from dvt_engine_core.services.execution import bounded
from dvt_engine_core.services.materials import Materials, RunMaterial
from dvt_engine_core.services.outputs import Resolved, Values
from dvt_engine_core.services.recording import Recorder

#: Why the activity was cancelled: the run asked for it, or the worker goes away and another will take over.
CancelReason: TypeAlias = Literal["requested", "abandoned"]
_STATUS: Final = {
    "StepStarted": StepStatus.RUNNING,
    "StepCompleted": StepStatus.SUCCEEDED,
    "StepFailed": StepStatus.FAILED,
    "StepCancelled": StepStatus.CANCELLED,
    "StepSkipped": StepStatus.SKIPPED,
}
Written = TypeVar("Written")
Outcome: TypeAlias = StepCompletedPayload | StepFailedPayload | StepCancelledPayload


@dataclass(frozen=True, slots=True)
class AttemptRequest:
    """Which attempt to run, and the engine's own delivery number."""

    run: RunKey
    step_id: str
    attempt: int
    inputs_version: int = 0
    engine_attempt: int = 1


@dataclass(frozen=True, slots=True)
class StepAttempts:
    """Runs attempts on this worker.

    Shape: `code_root_of` says which folder of a run's context this worker honours, None for none.
    """

    materials: Materials
    recorder: Recorder
    values: Values
    executors: Mapping[str, StepExecutor]
    logs: StepLogs
    code_root_of: Callable[[RunMaterial], Path | None]

    async def run(self, request: AttemptRequest, *, why_cancelled: Callable[[], CancelReason]) -> StepReturned:
        """Run one attempt, or adopt what is recorded of it.

        Shape: a repeated delivery of a finished attempt runs nothing; a cancelled one records StepCancelled, unless
        the worker is going away: then CancelledError leaves, nothing is recorded, and the engine delivers again.
        Raises: UnavailableError, RunNotFoundError.
        Source: ExecutionSemantics, attempts, time limits, lost workers; architecture, one activity per step.
        """
        material = await self.materials.of(request.run)
        step = material.plan.steps[material.walk.graph.index[request.step_id]]
        if request.attempt == 1:
            inputs = await self.materials.inputs(request.run, material, request.inputs_version)
            instead = await Conditions(self.values).instead_of_start(request.run, material, step, inputs)
            if instead is not None:
                return _adopted(request, instead, await self._append(material, request, instead))
        started = StepStartedPayload(
            inputs_version=request.inputs_version,
            effect_key=effect_key(run_id=request.run.run_id, step_id=request.step_id, attempt=request.attempt),
        )
        result = await self._append(material, request, Fact("StepStarted", started, request.step_id, request.attempt))
        match result:
            case Appended():
                return await self._work(material, step, request, why_cancelled)
            case Duplicate(attempt_outcome=outcome) if outcome is not MISSING:
                return _returned(request, outcome)
            case Duplicate():
                return await self._again(material, step, request, why_cancelled)
            case Superseded(record=record):
                return _returned(request, record)
            case Illegal():
                return _refused(request, result)
            case UnknownRun():  # pragma: no branch - mypy proves the match whole
                raise RunNotFoundError(f"no run {request.run.run_id}")

    async def _again(
        self, material: RunMaterial, step: PlanStep, request: AttemptRequest, why: Callable[[], CancelReason]
    ) -> StepReturned:
        """A delivery after a lost worker: say so in the log, then run again, or fail for good."""
        told = await self._append(material, request, Fact("StepRedelivered", Empty(), request.step_id, request.attempt))
        if isinstance(told, Illegal):
            return _refused(request, told)
        if step.on_lost_worker is OnLostWorker.FAIL:
            lost = StepFailedPayload(code="WORKER_LOST", message="the worker was lost while the step ran", final=True)
            return await self._finish(material, request, "StepFailed", lost, why)
        return await self._work(material, step, request, why)

    async def _work(
        self, material: RunMaterial, step: PlanStep, request: AttemptRequest, why: Callable[[], CancelReason]
    ) -> StepReturned:
        log = self.logs.open(request.run, step_id=request.step_id, attempt=request.attempt)
        try:
            resolved = await self.values.resolve(
                request.run, step, await self.materials.inputs(request.run, material, request.inputs_version)
            )
            result = await self._execute(material, step, request, resolved, log)
            completed = await self.values.keep(step, result, resolved)
        except asyncio.CancelledError:
            cancelled = None if why() == "abandoned" else await self._cancelled(request.run)
            if cancelled is None:
                raise
            return await self._finish(material, request, "StepCancelled", cancelled, why)
        except StepError as error:
            return await self._failed(material, step, request, error, why)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - an executor's defect fails its step, never the worker
            log.write("log", traceback.format_exc())
            wrapped = (
                error if isinstance(error, DvtError) else StepError(f"{type(error).__name__}: {error}", code="INTERNAL")
            )
            return await self._failed(material, step, request, wrapped, why)
        finally:
            log.close()
        return await self._finish(material, request, "StepCompleted", completed, why)

    async def _execute(
        self, material: RunMaterial, step: PlanStep, request: AttemptRequest, resolved: Resolved, log: StepLog
    ) -> StepResult:
        """Run the executor under its time limit; cancelling reaches it, and what it finishes in its grace counts."""
        executor = self.executors.get(step.kind)
        if executor is None:
            raise StepError(f"no executor of kind {step.kind!r} on this worker", code="PLAN_UNKNOWN_KIND")
        call = StepCall(
            run=request.run,
            step_id=request.step_id,
            attempt=request.attempt,
            effect_key=effect_key(run_id=request.run.run_id, step_id=request.step_id, attempt=request.attempt),
            parameters=resolved.parameters,
            timeout_ms=step.timeout_ms,
            cancel_grace_ms=material.plan.cancel_grace_ms,
            log=log,
            artifacts=self.values.artifacts,
            secrets=self.values.secrets,
            code_root=self.code_root_of(material),
        )
        return await bounded(
            executor.execute(call),
            timeout_ms=step.timeout_ms,
            grace_ms=material.plan.cancel_grace_ms,
            hurried=lambda: self._hurried(request.run),
        )

    async def _hurried(self, run: RunKey) -> bool:
        """Whether an emergency stop ends the run: it leaves no grace."""
        cancelled = await self._cancelled(run)
        return cancelled is not None and cancelled.code is StepCancelCode.EMERGENCY_STOP

    async def _cancelled(self, run: RunKey) -> StepCancelledPayload | None:
        """Why the run cancels its steps; None where its log knows of no reason: then nobody may record one."""
        stored = await self.recorder.store.read_run(run, steps=())
        snapshot = stored.snapshot if stored else None
        if snapshot and snapshot.substatus is RunSubstatus.FAILING:
            return StepCancelledPayload(code=StepCancelCode.RUN_FAILING)
        if snapshot and snapshot.substatus is RunSubstatus.CANCELLING and snapshot.cancelling is not MISSING:
            stop = snapshot.cancelling.code is CancelCode.EMERGENCY_STOP
            return StepCancelledPayload(code=StepCancelCode.EMERGENCY_STOP if stop else StepCancelCode.RUN_CANCELLED)
        return None

    async def _failed(
        self,
        material: RunMaterial,
        step: PlanStep,
        request: AttemptRequest,
        error: DvtError,
        why: Callable[[], CancelReason],
    ) -> StepReturned:
        final = error.code in {"REF_UNAVAILABLE", "PLAN_UNKNOWN_KIND"}
        stamp = self.recorder.stamp()
        again = retry_at(
            material.walk.retry_of(material.walk.graph.index[step.step_id]),
            failed_attempt=request.attempt,
            code=error.code,
            emitted_at=stamp.emitted_at,
            retryable=not final,
        )
        message = clean(error.message)
        payload = (
            StepFailedPayload(code=error.code, message=message, retry_at=again)
            if again
            else StepFailedPayload(code=error.code, message=message, final=True)
        )
        fact = Fact("StepFailed", payload, request.step_id, request.attempt)
        appending = self.recorder.append(material.identity, [fact], engine_attempt=request.engine_attempt, stamp=stamp)
        return _adopted(request, fact, (await _kept(appending, why))[0])

    async def _finish(
        self,
        material: RunMaterial,
        request: AttemptRequest,
        event_type: str,
        payload: Outcome,
        why: Callable[[], CancelReason],
    ) -> StepReturned:
        fact = Fact(event_type, payload, request.step_id, request.attempt)
        return _adopted(request, fact, await _kept(self._append(material, request, fact), why))

    async def _append(self, material: RunMaterial, request: AttemptRequest, fact: Fact) -> AppendResult:
        (result,) = await self.recorder.append(material.identity, [fact], engine_attempt=request.engine_attempt)
        return result


async def _kept(appending: Coroutine[object, object, Written], why: Callable[[], CancelReason]) -> Written:
    """Let the append of an outcome end: a cancel that comes now is too late. A worker that goes away does not wait."""
    task = asyncio.ensure_future(appending)
    while True:
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled() or why() == "abandoned":
                task.cancel()
                raise


def _adopted(request: AttemptRequest, fact: Fact, result: AppendResult) -> StepReturned:
    """What the log says of the attempt: the record, where another was first."""
    match result:
        case Duplicate(record=record) | Superseded(record=record):
            return _returned(request, record)
        case Illegal(state=state) if state.step_status is not MISSING:
            return StepReturned(request.step_id, request.attempt, state.step_status)
        case _:
            return _said(request, fact)


def _refused(request: AttemptRequest, answer: Illegal) -> StepReturned:
    """Where the step stands instead: nothing may run."""
    status = StepStatus.SKIPPED if answer.state.step_status is MISSING else answer.state.step_status
    return StepReturned(request.step_id, request.attempt, status)


def _returned(request: AttemptRequest, record: RawRecord) -> StepReturned:
    fact = fact_of(parse_event(record.event.document()))
    return _said(request, fact) if fact else StepReturned(request.step_id, request.attempt, StepStatus.FAILED)


def _said(request: AttemptRequest, fact: Fact) -> StepReturned:
    again = None
    if isinstance(fact.payload, StepFailedPayload) and fact.payload.retry_at is not MISSING:
        again = fact.payload.retry_at
    return StepReturned(request.step_id, request.attempt, _STATUS[fact.event_type], again)
