"""Why a run ended as it did."""

from collections.abc import Iterator

from dvt_contracts.models.engine.v1.run_why import Reason, ReasonKind
from dvt_contracts.models.engine.v1.step_snapshot import StepSnapshot
from dvt_contracts.models.events.v1.run_cancelled import RunCancelledPayload
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.glossary.v1.status import RunStatus, StepStatus
from pydantic import MISSING

from dvt_engine_core.diff.history import Told
from dvt_engine_core.why.case import Case


def ending_reasons(case: Case) -> list[Reason]:
    """Why a run ended, the deciding reason first, then the steps that failed in the order in which they did."""
    snapshot = case.history.snapshot
    if snapshot.status is RunStatus.COMPLETED:
        return [_completed(case)]
    failed = [step for step in case.steps.values() if step.status is StepStatus.FAILED]
    named = _named_step(case)
    failed.sort(key=lambda step: (step.step_id != named, told.run_seq if (told := case.latest_of(step.step_id)) else 0))
    return [*_by_run(case), *(_failure(case, step) for step in failed)]


def _completed(case: Case) -> Reason:
    snapshot, told = case.history.snapshot, case.latest("RunCompleted")
    skipped = sum(step.status is StepStatus.SKIPPED for step in case.steps.values())
    done = len(case.steps) - skipped
    text = f"{done} step{'s' if done != 1 else ''} succeeded" + (f", {skipped} skipped" if skipped else "")
    unwell = [step.step_id for step in case.steps.values() if step.status in {StepStatus.FAILED, StepStatus.CANCELLED}]
    if unwell:
        text = f"the run completed in spite of {', '.join(unwell[:20])}"
    return Reason(
        kind=ReasonKind.COMPLETED,
        text=text,
        since=MISSING if snapshot.ended is MISSING else snapshot.ended.at,
        run_seq=told.run_seq if told else MISSING,
    )


def _named_step(case: Case) -> str | None:
    for name in ("RunFailed", "RunFailing"):
        told = case.latest(name)
        step_id = getattr(told.fact.payload, "step_id", MISSING) if told else MISSING
        if step_id is not MISSING:
            return str(step_id)
    return None


def _by_run(case: Case) -> Iterator[Reason]:
    """The reason that lies with the run and not with a step: a signal, the deadline, a refused plan."""
    snapshot = case.history.snapshot
    at = MISSING if snapshot.ended is MISSING else snapshot.ended.at
    cancelled, failed = case.latest("RunCancelled"), case.latest("RunFailed")
    if cancelled and isinstance(cancelled.fact.payload, RunCancelledPayload):
        yield _cancelled(case, cancelled, cancelled.fact.payload)
    if failed is None or not isinstance(failed.fact.payload, RunFailedPayload):
        return
    payload = failed.fact.payload
    if snapshot.started is MISSING:
        said = "" if payload.message is MISSING else f": {payload.message}"
        text = f"refused before any step ran, with {payload.code}{said}"[:4096]
        kind = ReasonKind.REFUSED
    elif payload.code == "RUN_DEADLINE":
        plan = case.history.plan
        limit = "" if plan is None or plan.deadline_ms is MISSING else f" of {plan.deadline_ms} ms"
        text, kind = f"the run passed its deadline{limit}", ReasonKind.DEADLINE_PASSED
    else:
        return
    yield Reason(kind=kind, text=text, code=payload.code, message=payload.message, since=at, run_seq=failed.run_seq)


def _cancelled(case: Case, told: Told, payload: RunCancelledPayload) -> Reason:
    said = "cancelled" if payload.code.value == "CANCELLED" else "stopped at once"
    reason = case.sent(payload.signal_id, ReasonKind.CANCELLED, said, told).document()
    return Reason.parse({**reason, "code": payload.code.value})


def _failure(case: Case, step: StepSnapshot) -> Reason:
    outcome, told = step.outcome, case.latest_of(step.step_id)
    code = MISSING if outcome is MISSING else outcome.code
    waits = outcome is not MISSING and outcome.retry_at is not MISSING
    text = f"step {step.step_id} failed in attempt {step.attempt}" + ("" if code is MISSING else f" with {code}")
    return Reason(
        kind=ReasonKind.STEP_FAILED,
        text=text + (", and the run ended before its next one" if waits else ""),
        step_id=step.step_id,
        attempt=step.attempt,
        code=code,
        message=MISSING if outcome is MISSING else outcome.message,
        since=MISSING if outcome is MISSING else outcome.at,
        run_seq=told.run_seq if told else MISSING,
        hint=case.logs_hint(step.step_id, step.attempt),
    )
