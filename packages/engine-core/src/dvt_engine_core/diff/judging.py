"""Why two runs part at a pair of events to which no earlier difference led."""

from dataclasses import dataclass
from typing import Final

from dvt_contracts.base import JsonValue
from dvt_contracts.models.engine.v1.run_diff import DivergenceCause
from dvt_contracts.models.events.v1.run_queued import RunQueuedPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import SkipCode
from pydantic import MISSING

from dvt_engine_core.diff.history import History, Told, result_of
from dvt_engine_core.diff.json_difference import first_difference

_OWN_WORK: Final = frozenset({"StepStarted", "StepCompleted", "StepFailed"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Cause, first difference inside, and a sentence for people."""

    cause: DivergenceCause
    explanation: str
    pointer: str | None = None


def judge(a: Told | None, b: Told | None, runs: tuple[History, History]) -> Verdict:
    """Say why the runs part at `a` and `b`, events of one stream at one place; None where a run has none there."""
    told = a or b
    if told is None:
        raise ValueError("at least one run has an event there")
    match told.stream[0]:
        case "step":
            return _judge_step(a, b, runs)
        case "signal":
            return _judge_signal(a, b, told)
        case _:
            return _judge_run(a, b, runs)


def _judge_run(a: Told | None, b: Told | None, runs: tuple[History, History]) -> Verdict:
    first, second = (told.fact.payload if told else None for told in (a, b))
    if isinstance(first, RunQueuedPayload) and isinstance(second, RunQueuedPayload):
        if first.plan_ref.sha256 != second.plan_ref.sha256:
            return _judge_plans(first, second, runs)
        at = first_difference(first.inputs, second.inputs)
        return Verdict(DivergenceCause.INPUT, f"the inputs differ at {at or 'the top'}", at)
    if told_types(a, b) == {"RunStarted"}:
        return Verdict(DivergenceCause.INPUT, "the effective inputs differ, though the same were given")
    return Verdict(_decided(runs), f"{_what(a)} in the first run, {_what(b)} in the second; {_no_other_reason(runs)}")


def _judge_plans(a: RunQueuedPayload, b: RunQueuedPayload, runs: tuple[History, History]) -> Verdict:
    names = [f"{ref.plan_id} {ref.plan_version} ({ref.sha256[:12]})" for ref in (a.plan_ref, b.plan_ref)]
    text = f"the plans differ: {names[0]} and {names[1]}"
    plans = runs[0].plan, runs[1].plan
    if plans[0] is None or plans[1] is None:
        return Verdict(DivergenceCause.PLAN, text)
    documents = [plan.document() for plan in plans if plan]
    steps = [{step.step_id: step.document() for step in plan.steps} for plan in plans if plan]
    heads = [{**document, "steps": None} for document in documents]
    at = first_difference(*heads)
    if at is not None:
        return Verdict(DivergenceCause.PLAN, f"{text}, first at {at}", at)
    for number, (step_id, step) in enumerate(steps[0].items()):
        if step_id not in steps[1]:
            return Verdict(DivergenceCause.PLAN, f"{text}; step {step_id} is in the first only", f"/steps/{number}")
        inside = first_difference(step, steps[1][step_id])
        if inside is not None:
            return Verdict(DivergenceCause.PLAN, f"{text}, first in step {step_id}", f"/steps/{number}{inside}")
    more = [step_id for step_id in steps[1] if step_id not in steps[0]]
    what = f"step {more[0]} is in the second only" if more else "the order of the steps, or their spelling, differs"
    return Verdict(DivergenceCause.PLAN, f"{text}; {what}", "/steps")


def _judge_signal(a: Told | None, b: Told | None, told: Told) -> Verdict:
    name = told.stream[1] + (f" of step {told.stream[2]}" if told.stream[2] else "")
    if told.place > 0:
        text = f"the signal {name} had another effect: {_what(a)} in the first run, {_what(b)} in the second"
        return Verdict(DivergenceCause.ORDER, f"{text}; it met the run at another moment")
    if a is None or b is None:
        which = "second" if a is None else "first"
        return Verdict(DivergenceCause.SIGNAL, f"only the {which} run was sent the signal {name}")
    arguments: list[JsonValue] = [
        told.fact.payload.arguments if isinstance(told.fact.payload, SignalAcceptedPayload) else None for told in (a, b)
    ]
    at = first_difference(*arguments)
    return Verdict(DivergenceCause.SIGNAL, f"the signal {name} was {_what(a)} and {_what(b)}, or says other things", at)


def _judge_step(a: Told | None, b: Told | None, runs: tuple[History, History]) -> Verdict:
    first, second = (told.fact.payload if told else None for told in (a, b))
    step = (a or b or runs[0].events[0]).step_id
    if isinstance(first, StepCompletedPayload) and isinstance(second, StepCompletedPayload):
        return _judge_results(str(step), first, second)
    both = f"step {step}: {_what(a)} in the first run, {_what(b)} in the second"
    if isinstance(first, StepFailedPayload) and isinstance(second, StepFailedPayload) and first.code == second.code:
        return Verdict(_decided(runs), f"{both}, one with another attempt to follow; {_no_other_reason(runs)}")
    types = told_types(a, b)
    if a and b and types <= _OWN_WORK and types != {"StepStarted"}:
        return Verdict(DivergenceCause.RESULT, both)
    skips = [payload.code for payload in (first, second) if isinstance(payload, StepSkippedPayload)]
    if SkipCode.WHEN_FALSE in skips:
        return Verdict(DivergenceCause.RESULT, f"{both}; its condition came out otherwise")
    if skips and set(skips) <= {SkipCode.UPSTREAM_FAILED, SkipCode.UPSTREAM_SKIPPED}:
        return Verdict(_decided(runs), f"{both}; {_no_other_reason(runs)}")
    return Verdict(DivergenceCause.ORDER, f"{both}; both met the same events, in another order")


def _judge_results(step: str, a: StepCompletedPayload, b: StepCompletedPayload) -> Verdict:
    if a.output_hash != b.output_hash:
        at = None if a.output is MISSING or b.output is MISSING else first_difference(a.output, b.output)
        where = f", first at {at}" if at else ""
        return Verdict(DivergenceCause.RESULT, f"step {step} returned another output{where}", at)
    artifacts = [result_of(payload)[1] for payload in (a, b)]
    name = (first_difference(*artifacts) or "/").removeprefix("/")
    return Verdict(DivergenceCause.RESULT, f"step {step} wrote another artifact {name}")


def judge_builds(runs: tuple[History, History]) -> Verdict | None:
    """The difference between the engines' builds; None where there is none, or a run has not started."""
    started = [run.started for run in runs]
    if started[0] is None or started[1] is None or started[0].builds == started[1].builds:
        return None
    builds = [start.builds.document() for start in started if start]
    at = first_difference(*builds) or ""
    name = at.removeprefix("/")
    text = f"the engines were built differently: {name} {builds[0].get(name)} and {builds[1].get(name)}"
    return Verdict(DivergenceCause.ENGINE_BUILD, text, at)


def told_types(*pair: Told | None) -> set[str]:
    """The event types of a pair."""
    return {told.event_type for told in pair if told}


def _decided(runs: tuple[History, History]) -> DivergenceCause:
    """Cause of a decision that differs on the same past: another build if there is one, else the order of a race."""
    return DivergenceCause.ENGINE_BUILD if _other_builds(runs) else DivergenceCause.ORDER


def _other_builds(runs: tuple[History, History]) -> bool:
    a, b = (run.started.builds if run.started else None for run in runs)
    return a != b


def _no_other_reason(runs: tuple[History, History]) -> str:
    if _other_builds(runs):
        return "nothing before it differs but the engine"
    return "nothing before it differs, so events that race came in another order"


def _what(told: Told | None) -> str:
    if told is None:
        return "nothing"
    code = getattr(told.fact.payload, "code", MISSING)
    attempt = f" in attempt {told.fact.ordinal}" if told.stream[0] == "step" and told.fact.ordinal > 1 else ""
    return f"{told.event_type}{'' if code is MISSING else f' {code}'}{attempt}"
