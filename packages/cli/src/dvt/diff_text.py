"""The difference of two runs for people."""

from __future__ import annotations

from typing import Final

from dvt_contracts.models.engine.v1.run_diff import (
    ComparedRun,
    Divergence,
    DivergentEvent,
    OutcomeComparison,
    RunDiff,
)
from pydantic import MISSING

from dvt.paint import one_line

_VERDICTS: Final = {
    "same": "no divergence: the same events, each after the same causes",
    "same-so-far": "no divergence so far: as far as both have come, the same events, each after the same causes",
}


def diff_text(report: RunDiff) -> str:
    """The report as text."""
    lines = [_side("a", report.a), _side("b", report.b), ""]
    if not report.divergences:
        lines.append(_VERDICTS[report.verdict.value])
    for number, found in enumerate(report.divergences):
        lines += _divergence("first divergence" if number == 0 else "independent of it", found)
    return "\n".join([*lines, "", _outcome(report)])


def _side(name: str, run: ComparedRun) -> str:
    return f"{name}  {run.run_id}  {run.plan_id} {run.plan_version}  {run.status.value}  {run.last_run_seq} events"


def _divergence(title: str, found: Divergence) -> list[str]:
    step = "" if found.step_id is MISSING else f", step {found.step_id}"
    pointer = "" if found.pointer is MISSING or not found.pointer else f", at {found.pointer}"
    return [
        f"{title}: {found.cause.value}{step}{one_line(pointer)}",
        f"  {one_line(found.explanation)}",
        f"  a  {_event(None if found.a is MISSING else found.a)}",
        f"  b  {_event(None if found.b is MISSING else found.b)}",
    ]


def _event(event: DivergentEvent | None) -> str:
    if event is None:
        return "(nothing)"
    words = [
        f"{event.run_seq:>4}",
        event.event_type,
        "" if event.step_id is MISSING else event.step_id,
        "" if event.attempt is MISSING else f"attempt {event.attempt}",
        "" if event.signal_type is MISSING else event.signal_type.value,
        "" if event.code is MISSING else event.code,
        "" if event.output_hash is MISSING else f"output {event.output_hash[:16]}",
    ]
    return "  ".join(word for word in words if word)


def _outcome(report: RunDiff) -> str:
    match report.outcome:
        case OutcomeComparison.EQUAL:
            return f"outcome  equal: {report.a.outcome_hash}"
        case OutcomeComparison.DIFFERENT:
            return f"outcome  different: {report.a.outcome_hash}\n                    {report.b.outcome_hash}"
        case OutcomeComparison.OPEN:  # pragma: no branch - mypy proves the match whole
            return "outcome  (open)"
