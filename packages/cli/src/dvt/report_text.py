"""A run for people: what it came to, its steps, its hashes."""

from __future__ import annotations

import json
import sys

from dvt_contracts.models.engine.v1.run_report import RunReport, StepReport
from dvt_contracts.models.glossary.v1.status import RunStatus
from pydantic import MISSING

from dvt.paint import one_line, paint_status
from dvt.progress import seconds_between, took_text
from dvt.render import Output, show_one, table
from dvt.shell import Shell

_WIDEST_OUTPUT = 60


def show_report(shell: Shell, report: RunReport, output: Output, *, steps: bool) -> None:
    """Print a run; `steps` adds their table to the form for people."""
    show_one(
        shell,
        report.document(),
        output,
        name="runId",
        text=lambda: report_text(
            report, colour=shell.colour(sys.stdout), steps=steps or output == "wide", wide=output == "wide"
        ),
    )


def report_text(report: RunReport, *, colour: bool, steps: bool, wide: bool = False) -> str:
    """The run as text."""
    status = report.status.value if report.substatus is MISSING else f"{report.status.value}/{report.substatus.value}"
    lines = [
        f"run {report.run_id}  {report.plan_id} {report.plan_version}  {paint_status(status, on=colour)}{_took(report)}"
    ]
    if report.code is not MISSING:
        text = "" if report.message is MISSING else f": {one_line(report.message)}"
        lines.append(f"{report.code}{text}")
    if steps:
        lines += ["", _steps(report, colour=colour, wide=wide), ""]
    lines += [f"outcome  {report.outcome_hash or '(open)'}", f"state    {report.state_hash}"]
    lines += [f"history  {report.history_hash}  ({report.last_run_seq} events)"]
    return "\n".join(lines)


def exit_code_of(report: RunReport) -> int:
    """0 for an open or completed run, 3 for one that ended otherwise."""
    return 3 if report.status in {RunStatus.FAILED, RunStatus.CANCELLED} else 0


def _took(report: RunReport) -> str:
    if report.ended_at is MISSING:
        return ""
    took = took_text(0.0, seconds_between(report.queued_at, report.ended_at))
    return f" in {took}"


def _steps(report: RunReport, *, colour: bool, wide: bool) -> str:
    headings = ["STEP", "STATUS", "ATTEMPT", "TIME", "DETAIL"] + (["OUTPUT"] if wide else [])
    rows = [_row(step, wide=wide) for step in report.steps]
    return table(headings, rows, colour=colour)


def _row(step: StepReport, *, wide: bool) -> list[str]:
    took = "-"
    if step.started_at is not MISSING and step.ended_at is not MISSING:
        took = took_text(0.0, seconds_between(step.started_at, step.ended_at))
    row = [step.step_id, step.status.value, str(step.attempt or "-"), took, _detail(step)]
    return [*row, _output(step)] if wide else row


def _detail(step: StepReport) -> str:
    if step.code is not MISSING:
        return str(step.code) if step.message is MISSING else f"{step.code}: {one_line(step.message)}"
    if step.artifacts is not MISSING and step.artifacts:
        return ", ".join(artifact.name for artifact in step.artifacts)
    return ""


def _output(step: StepReport) -> str:
    if step.output is MISSING:
        return "-"
    text = json.dumps(step.output, ensure_ascii=False)
    return text if len(text) <= _WIDEST_OUTPUT else text[: _WIDEST_OUTPUT - 1] + "…"
