"""What an open run waits for."""

from collections.abc import Iterator
from typing import Final

from dvt_contracts.models.engine.v1.run_why import Reason, ReasonKind
from dvt_contracts.models.engine.v1.step_snapshot import StepSnapshot
from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.run_paused import RunPausedPayload
from dvt_contracts.models.glossary.v1.status import RunIf, RunStatus, StepStatus
from dvt_contracts.models.plan.v1.step import PlanStep
from pydantic import MISSING

from dvt_engine_core.retry import instant_after
from dvt_engine_core.why.case import Case

_WEIGHT: Final = {kind: weight for weight, kind in enumerate(ReasonKind)} | {
    ReasonKind.SIGNAL: -3,
    ReasonKind.PAUSED: -2,
    ReasonKind.STOPPING: -1,
    ReasonKind.DEPENDENCY: 90,
    ReasonKind.DEADLINE: 99,
}
_NAMED: Final = 20
_START_A_WORKER: Final = "Is a worker up? `dvt doctor` tells; `dvt worker run` starts one."


def waiting_reasons(case: Case) -> list[Reason]:
    """What an open run waits for, the weightiest first, each kind in plan order.

    Source: ExecutionSemantics, ready, pause, ending.
    """
    found = [*_signals(case), *_run(case)]
    if case.history.snapshot.status is not RunStatus.PENDING:
        found += [*_steps(case), *_deadline(case)]
    if not any(reason.kind is not ReasonKind.DEADLINE for reason in found):
        found.append(Reason(kind=ReasonKind.NEXT_DECISION, text="all steps have ended; the end is not recorded yet"))
    return sorted(found, key=lambda reason: _WEIGHT[reason.kind])


def _signals(case: Case) -> Iterator[Reason]:
    for signal in case.signals.values():
        if signal.decision is not MISSING and signal.status.value == "ACCEPTED" and signal.application is MISSING:
            said = f"the signal {signal.decision.signal_type.value} is accepted and not applied yet; sent"
            yield case.sent(signal.signal_id, ReasonKind.SIGNAL, said, None)


def _run(case: Case) -> Iterator[Reason]:
    snapshot = case.history.snapshot
    paused, cancelling, failing = (case.latest(name) for name in ("RunPaused", "RunCancelling", "RunFailing"))
    if snapshot.status is RunStatus.PENDING:
        since = MISSING if snapshot.queued is MISSING else snapshot.queued.at
        text = "no worker has loaded the run yet"
        yield Reason(kind=ReasonKind.NOT_LOADED, text=text, since=since, hint=_START_A_WORKER)
    elif snapshot.status is RunStatus.PAUSED and paused and isinstance(paused.fact.payload, RunPausedPayload):
        payload = paused.fact.payload
        if payload.signal_id is not MISSING:
            sent = case.sent(payload.signal_id, ReasonKind.PAUSED, "paused", paused)
            yield Reason.parse({**sent.document(), "hint": f"dvt run resume {snapshot.run_id}"})
        else:
            step = case.steps.get(str(payload.step_id))
            yield Reason(
                kind=ReasonKind.PAUSED,
                text=f"paused by the plan: step {payload.step_id} is out of attempts",
                step_id=payload.step_id,
                code=step.outcome.code if step and step.outcome is not MISSING else MISSING,
                since=MISSING if snapshot.pause is MISSING else snapshot.pause.at,
                run_seq=paused.run_seq,
                hint="`dvt step retry` or `dvt step skip`, then `dvt run resume`; a resume alone accepts the failure.",
            )
    elif cancelling and isinstance(cancelling.fact.payload, RunCancellingPayload):
        said = "the run is being stopped" if cancelling.fact.payload.code.value != "CANCELLED" else "being cancelled"
        yield case.sent(cancelling.fact.payload.signal_id, ReasonKind.STOPPING, said, cancelling)
    elif failing and isinstance(failing.fact.payload, RunFailingPayload):
        payload_ = failing.fact.payload
        why = "the deadline has passed" if payload_.step_id is MISSING else f"step {payload_.step_id} failed"
        yield Reason(
            kind=ReasonKind.STOPPING,
            text=f"the run is ending as FAILED: {why}",
            step_id=payload_.step_id,
            code=payload_.code,
            since=MISSING if snapshot.failing is MISSING else snapshot.failing.at,
            run_seq=failing.run_seq,
        )


def _steps(case: Case) -> Iterator[Reason]:
    running = sum(case.status(step_id) is StepStatus.RUNNING for step_id in case.step_ids)
    plan = case.history.plan
    full = plan is not None and running >= plan.max_parallel_steps
    planned = {step.step_id: step for step in case.planned}
    for step_id in case.step_ids:
        step = case.steps.get(step_id)
        if step is None:
            yield from _pending(case, planned[step_id], full=full)
        else:
            yield from _begun(case, step)


def _begun(case: Case, step: StepSnapshot) -> Iterator[Reason]:
    told = case.latest_of(step.step_id)
    seq = told.run_seq if told else MISSING
    if step.status is StepStatus.RUNNING:
        again = "" if step.redelivery is MISSING or step.redelivery.attempt != step.attempt else ", delivered again"
        yield Reason(
            kind=ReasonKind.RUNNING,
            text=f"step {step.step_id} is running, attempt {step.attempt}{again}",
            step_id=step.step_id,
            attempt=step.attempt,
            since=MISSING if step.start is MISSING else step.start.at,
            run_seq=seq,
            hint=case.logs_hint(step.step_id, step.attempt),
        )
    elif step.status is StepStatus.FAILED and step.outcome is not MISSING and step.outcome.retry_at is not MISSING:
        paused = case.history.snapshot.status is RunStatus.PAUSED
        yield Reason(
            kind=ReasonKind.RETRY_BACKOFF,
            text=f"step {step.step_id} failed with {step.outcome.code}; attempt {step.attempt + 1} follows"
            + (" on resume" if paused else ""),
            step_id=step.step_id,
            attempt=step.attempt,
            code=step.outcome.code,
            message=step.outcome.message,
            since=step.outcome.at,
            until=step.outcome.retry_at,
            run_seq=seq,
            hint=case.logs_hint(step.step_id, step.attempt),
        )


def _pending(case: Case, step: PlanStep, *, full: bool) -> Iterator[Reason]:
    name, snapshot = step.step_id, case.history.snapshot
    open_ = [other for other in step.depends_on if not case.settled(other)]
    if open_:
        names = ", ".join(open_[:_NAMED])
        text = f"step {name} waits for {names}"
        yield Reason(kind=ReasonKind.DEPENDENCY, text=text, step_id=name, waits_for=open_[:_NAMED])
    elif snapshot.status is RunStatus.PAUSED:
        return  # the pause is what it waits for
    elif (snapshot.substatus is not MISSING and step.run_if is not RunIf.ALL_DONE) or not _holds(case, step):
        text = f"step {name} will be skipped; its skip is not recorded yet"
        yield Reason(kind=ReasonKind.NEXT_DECISION, text=text, step_id=name)
    elif full:
        text = f"step {name} is ready and waits until fewer steps run"
        yield Reason(kind=ReasonKind.SLOT, text=text, step_id=name, since=_ready_since(case, step))
    else:
        text = f"step {name} is ready; no {step.worker_class.value} worker has started it yet"
        since = _ready_since(case, step)
        yield Reason(kind=ReasonKind.NO_WORKER, text=text, step_id=name, since=since, hint=_START_A_WORKER)


def _holds(case: Case, step: PlanStep) -> bool:
    """Whether the readiness rule of a step holds, all its dependencies being terminal."""
    succeeded = all(case.status(other) is StepStatus.SUCCEEDED for other in step.depends_on)
    return step.run_if is RunIf.ALL_DONE or succeeded


def _ready_since(case: Case, step: PlanStep) -> str:
    """When the last dependency ended, or else the run began; a later resume is not counted."""
    snapshot = case.history.snapshot
    ends = [snapshot.started.at] if snapshot.started is not MISSING else []
    for other in step.depends_on:
        found = case.steps[other]
        ends += [part.at for part in (found.outcome, found.skip) if part is not MISSING]
    return max(ends)


def _deadline(case: Case) -> Iterator[Reason]:
    plan, snapshot = case.history.plan, case.history.snapshot
    if plan is None or plan.deadline_ms is MISSING or snapshot.started is MISSING:
        return
    until = instant_after(snapshot.started.at, plan.deadline_ms)
    text = "the run ends as FAILED when its deadline passes"
    yield Reason(kind=ReasonKind.DEADLINE, text=text, code="RUN_DEADLINE", since=snapshot.started.at, until=until)
