"""RunReport, from what is stored: the one function behind `run start`, `run get` and `run watch`."""

from __future__ import annotations

from collections.abc import Mapping

from dvt_contracts.models.engine.v1.run_report import RunReport, StepReport
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.engine.v1.step_snapshot import StepSnapshot
from dvt_contracts.models.glossary.v1.status import StepStatus
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_engine_core.errors import DvtError
from dvt_engine_core.hashes import outcome_hash, state_hash
from dvt_engine_core.ports.store import StoredRun
from pydantic import MISSING


def run_report(stored: StoredRun, plan: Plan | None) -> RunReport:
    """A run with its hashes.

    Shape: all steps of the plan in plan order, those without events as PENDING; without a plan those with events.
    Source: contract engine/v1/run_report.
    """
    snapshot = stored.snapshot
    if snapshot.queued is MISSING:
        raise DvtError(f"run {snapshot.run_id} has no RunQueued")
    ref = snapshot.queued.plan_ref
    code, message = _reason(snapshot)
    return RunReport(
        run_id=snapshot.run_id,
        tenant_id=snapshot.tenant_id,
        plan_id=ref.plan_id,
        plan_version=ref.plan_version,
        plan_hash=ref.sha256,
        status=snapshot.status,
        substatus=snapshot.substatus,
        code=code or MISSING,
        message=message or MISSING,
        last_run_seq=snapshot.last_run_seq,
        outcome_hash=outcome_hash(snapshot),
        state_hash=state_hash(snapshot),
        history_hash=stored.history_hash,
        projector_version=snapshot.projector_version,
        queued_at=snapshot.queued.at,
        started_at=MISSING if snapshot.started is MISSING else snapshot.started.at,
        ended_at=MISSING if snapshot.ended is MISSING else snapshot.ended.at,
        steps=_steps({step.step_id: step for step in snapshot.steps}, plan),
    )


def _reason(snapshot: RunSnapshot) -> tuple[str | None, str | None]:
    """Why the run ended or is about to end other than well."""
    if snapshot.ended is not MISSING:
        code, message = snapshot.ended.code, snapshot.ended.message
        return (None if code is MISSING else code), (None if message is MISSING else message)
    if snapshot.failing is not MISSING:
        return snapshot.failing.code, None
    return None, None


def _steps(known: Mapping[str, StepSnapshot], plan: Plan | None) -> list[StepReport]:
    if plan is None:
        return [_step(step) for step in known.values()]
    return [
        _step(known[step.step_id])
        if step.step_id in known
        else StepReport(step_id=step.step_id, status=StepStatus.PENDING, attempt=0)
        for step in plan.steps
    ]


def _step(step: StepSnapshot) -> StepReport:
    report = StepReport(step_id=step.step_id, status=step.status, attempt=step.attempt)
    started = MISSING if step.start is MISSING else step.start.at
    if step.status is StepStatus.SKIPPED and step.skip is not MISSING:
        return StepReport(
            step_id=step.step_id,
            status=step.status,
            attempt=step.attempt,
            code=step.skip.code.value,
            ended_at=step.skip.at,
        )
    outcome = step.outcome
    if outcome is MISSING or outcome.attempt != step.attempt:
        return StepReport(step_id=report.step_id, status=report.status, attempt=report.attempt, started_at=started)
    return StepReport(
        step_id=step.step_id,
        status=step.status,
        attempt=step.attempt,
        code=outcome.code,
        message=outcome.message,
        output_hash=outcome.output_hash,
        output=outcome.output,
        artifacts=outcome.artifacts,
        started_at=started,
        ended_at=outcome.at,
    )
