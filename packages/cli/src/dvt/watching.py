"""Watching a run to its end: progress while it goes on, then what it came to."""

from __future__ import annotations

from dvt_contracts.models.engine.v1.run_report import RunReport
from dvt_contracts.models.glossary.v1.status import StepStatus
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_engine_core.ports.store import RunKey

from dvt.following import Stalled, follow
from dvt.paint import one_line
from dvt.progress import progress_of
from dvt.render import Output
from dvt.report import run_report
from dvt.report_text import exit_code_of, show_report
from dvt.session import Session

_TAIL_LINES = 15


async def watch_run(session: Session, run: RunKey, plan: Plan | None, output: Output) -> int:
    """Follow a run to its end and print it; returns the exit code."""
    step_ids = [step.step_id for step in plan.steps] if plan else []
    with progress_of(session.shell, run.run_id, step_ids) as progress:
        async for item in follow(session, run):
            if isinstance(item, Stalled):
                progress.say(stalled_text(session, item))
            else:
                progress.hear(item)
    report = await report_of(session, run, plan)
    await show_failure(session, run, report)
    show_report(session.shell, report, output, steps=False)
    return exit_code_of(report)


async def report_of(session: Session, run: RunKey, plan: Plan | None) -> RunReport:
    """The run as it is now. Raises: RunNotFoundError."""
    return run_report(await session.engine.get_run_status(run), plan)


async def show_failure(session: Session, run: RunKey, report: RunReport) -> None:
    """Show the end of the log of each step that failed, on standard error."""
    failed = [step for step in report.steps if step.status is StepStatus.FAILED]
    if not failed:
        return
    from dvt.step_files import step_logs

    logs = step_logs(session.settings)
    for step in failed[:3]:
        text = await logs.read(run, step_id=step.step_id, attempt=step.attempt, tail_lines=_TAIL_LINES)
        if text:
            session.shell.note(f"--- end of the log of step {step.step_id}, attempt {step.attempt}")
            for line in text.splitlines():
                session.shell.note(f"  {one_line(line)}")
            session.shell.note(f"--- all of it: dvt run logs {run.run_id} {step.step_id}")


def stalled_text(session: Session, stalled: Stalled) -> str:
    """Why nothing happens, as far as can be known from the promises that wait."""
    intent = stalled.intent
    if isinstance(intent.last_error, str):
        times = f"{intent.attempts} time{'s' if intent.attempts != 1 else ''}"
        return f"dvt: waiting: the engine could not be reached {times}, last {intent.last_error}"
    if session.servers.embedded:
        log = session.settings.home / "logs" / "host.log"
        return f"dvt: waiting for the worker beside the embedded servers; see {log}"
    return "dvt: waiting: no worker has taken the run; start one with `dvt worker run`"
