"""Why a run waits or ended so, for people."""

from __future__ import annotations

from typing import Final

from dvt_contracts.models.engine.v1.run_why import Reason, RunWhy, SkipChain
from pydantic import MISSING

from dvt.paint import one_line

_MOST_LINES: Final = 20


def why_text(report: RunWhy) -> str:
    """The report as text: the answer first, then every reason with its times, texts and hints."""
    status = report.status.value if report.substatus is MISSING else f"{report.status.value}/{report.substatus.value}"
    lines = [f"run {report.run_id}  {report.plan_id} {report.plan_version}  {status}", ""]
    for reason in report.reasons[:_MOST_LINES]:
        lines += _reason(reason)
    more = len(report.reasons[_MOST_LINES:]) + report.left_out
    if more:
        lines.append(f"... and {more} more; -o json shows up to 100")
    if report.skipped:
        lines += ["", "skipped:", *map(_skip, report.skipped[:_MOST_LINES])]
    if len(report.skipped) > _MOST_LINES:
        lines.append(f"  ... and {len(report.skipped) - _MOST_LINES} more; -o json shows up to 100")
    return "\n".join(lines)


def _reason(reason: Reason) -> list[str]:
    until = "" if reason.until is MISSING else f", until {reason.until}"
    since = "" if reason.since is MISSING else f"  (since {reason.since}{until})"
    if since and reason.kind.value in {"completed", "step-failed", "cancelled", "deadline-passed", "refused"}:
        since = f"  (at {reason.since})"
    lines = [f"{one_line(reason.text)}{since}"]
    if reason.message is not MISSING and reason.message not in reason.text:
        lines.append(f"    {one_line(reason.message)}")
    if reason.hint is not MISSING:
        lines.append(f"    {reason.hint}")
    return lines


def _skip(chain: SkipChain) -> str:
    links = [link.code if link.step_id is MISSING else f"{link.step_id} {link.code}" for link in chain.chain]
    return "  " + " <- ".join([f"{chain.step_id} {chain.code.value}", *links])
