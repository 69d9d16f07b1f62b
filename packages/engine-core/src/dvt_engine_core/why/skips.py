"""Skipped steps, each with the chain of causes."""

from dvt_contracts.models.engine.v1.run_why import SkipChain, SkipLink
from dvt_contracts.models.engine.v1.step_snapshot import StepSnapshot
from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import SkipCode, StepStatus
from pydantic import MISSING

from dvt_engine_core.diff.history import Told
from dvt_engine_core.why.case import Case

_MOST_LINKS = 20
_UNWELL = {
    SkipCode.UPSTREAM_FAILED: {StepStatus.FAILED, StepStatus.CANCELLED},
    SkipCode.UPSTREAM_SKIPPED: {StepStatus.SKIPPED},
}


def skip_chains(case: Case, *, most: int) -> list[SkipChain]:
    """The skipped steps in plan order, at most `most`, each with what led to it, from the direct cause to the first."""
    found: list[SkipChain] = []
    for step_id in case.step_ids:
        told = case.latest_of(step_id)
        if len(found) < most and told and isinstance(told.fact.payload, StepSkippedPayload):
            chain = _chain(case, told, told.fact.payload)
            found.append(SkipChain(step_id=step_id, code=told.fact.payload.code, chain=chain, run_seq=told.run_seq))
    return found


def _chain(case: Case, told: Told, payload: StepSkippedPayload) -> list[SkipLink]:
    links: list[SkipLink] = []
    while len(links) < _MOST_LINKS:
        cause = _upstream(case, told, payload)
        if cause is None:
            return [*links, *_from_run(case, told, payload)][:_MOST_LINKS]
        links.append(_step_link(case, cause))
        if not isinstance(cause.fact.payload, StepSkippedPayload):
            return links
        told, payload = cause, cause.fact.payload
    return links


def _upstream(case: Case, told: Told, payload: StepSkippedPayload) -> Told | None:
    """The latest event of the dependency that a skip goes back to; None where it goes back to none."""
    statuses = _UNWELL.get(payload.code)
    if statuses is None:
        return None
    named = None if payload.cause_step_id is MISSING else payload.cause_step_id
    planned = next((step for step in case.planned if step.step_id == told.step_id), None)
    needed = (other for other in (planned.depends_on if planned else ()) if case.status(other) in statuses)
    name = named or next(needed, None)
    cause = case.latest_of(name) if name else None
    return cause if cause and cause.run_seq < told.run_seq else None


def _from_run(case: Case, told: Told, payload: StepSkippedPayload) -> list[SkipLink]:
    """What of the run itself led to a skip: its failing and the step behind it, its cancel, or an operator."""
    match payload.code:
        case SkipCode.RUN_FAILING:
            failing = case.latest("RunFailing")
            if failing is None or not isinstance(failing.fact.payload, RunFailingPayload):
                return []
            link = SkipLink(code=failing.fact.payload.code, run_seq=failing.run_seq)
            behind = None
            if failing.fact.payload.step_id is not MISSING:
                behind = case.latest_of(failing.fact.payload.step_id)
            return [link, _step_link(case, behind)] if behind else [link]
        case SkipCode.RUN_CANCELLED:
            cancelling = case.latest("RunCancelling")
            if cancelling is None or not isinstance(cancelling.fact.payload, RunCancellingPayload):
                return []
            return [SkipLink(code=cancelling.fact.payload.code.value, run_seq=cancelling.run_seq)]
        case SkipCode.BY_OPERATOR:
            signal = [
                event
                for event in case.history.events
                if event.stream[:3] == ("signal", "skip-step", told.step_id or "") and event.run_seq < told.run_seq
            ]
            return [SkipLink(code=payload.code.value, run_seq=signal[-1].run_seq)] if signal else []
        case _:
            return []


def _step_link(case: Case, told: Told) -> SkipLink:
    step: StepSnapshot = case.steps[told.step_id or ""]
    code = step.skip.code.value if step.status is StepStatus.SKIPPED and step.skip is not MISSING else None
    if code is None and step.outcome is not MISSING and step.outcome.code is not MISSING:
        code = step.outcome.code
    return SkipLink(step_id=step.step_id, code=code or "STEP_FAILED", run_seq=told.run_seq)
