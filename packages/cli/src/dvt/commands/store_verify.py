"""`dvt store verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from dvt.options import OutputOption, ShellParameter
from dvt.render import Output, show_one, table
from dvt.servers import hold
from dvt.shell import Shell
from dvt.sweep_progress import SweepProgress, summary

if TYPE_CHECKING:
    from dvt_contracts.base import JsonObject
    from dvt_postgres_store.sweeping import Progress
    from dvt_postgres_store.verifying import Finding

#: A check that found something: the exit code of a run or check that ended unsuccessfully.
FOUND: Final = 3


def verify(
    *,
    workers: Annotated[int, Parameter(help="Processes; each takes runs of its own.")] = 8,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Check every stored run against its log, read-only, while the system runs; exits with 3 if something is wrong.

    Example: dvt store verify -o json
    """
    from dvt_postgres_store.sweeping import verify_all

    findings: list[Finding] = []
    with hold(shell, host=False) as servers, SweepProgress(shell, "verified") as progress:
        done = verify_all(servers.postgres_url, workers=max(1, workers), tell=progress, found=findings.append)
    _show(shell, done, findings, output)
    return FOUND if findings else 0


def _show(shell: Shell, done: Progress, findings: list[Finding], output: Output) -> None:
    document: JsonObject = {**summary(done), "findings": [_finding(one) for one in findings]}
    show_one(shell, document, output, name="events", text=lambda: _text(done, findings))


def _finding(one: Finding) -> JsonObject:
    return {
        "invariant": one.invariant,
        "tenantId": one.tenant_id,
        "runId": one.run_id,
        "runSeq": one.run_seq,
        "detail": one.detail,
    }


def _text(done: Progress, findings: list[Finding]) -> str:
    head = f"{done.runs} runs, {done.events} events verified: "
    if not findings:
        return head + "all invariants hold"
    rows = [
        [one.invariant, one.run_id, "-" if one.run_seq is None else str(one.run_seq), one.detail] for one in findings
    ]
    return f"{head}{len(findings)} findings\n\n" + table(["INVARIANT", "RUN", "SEQ", "WHAT"], rows)
