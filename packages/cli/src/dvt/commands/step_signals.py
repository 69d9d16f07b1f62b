"""`dvt step retry` and `dvt step skip`: signals to one step of a run."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from cyclopts import Parameter
from dvt_contracts.models.glossary.v1.status import SignalType

from dvt.commands.run_signals import Needed, Reason, SignalId, Wait
from dvt.options import OutputOption, RunArgument, ShellParameter
from dvt.signalling import Order, send

StepArgument: TypeAlias = Annotated[str, Parameter(name="STEP", help="Step id.")]


def retry(
    run: RunArgument,
    step: StepArgument,
    /,
    *,
    reason: Reason = None,
    wait: Wait = False,
    signal_id: SignalId = None,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Grant a failed step another attempt; one that waits for its retry begins now. In a paused run it acts on resume.

    Example: dvt step retry latest load_csv
    """
    order = Order(run, SignalType.RETRY_STEP, reason, signal_id, wait, output, lambda _: {"stepId": step})
    return send(shell, order)


def skip(
    run: RunArgument,
    step: StepArgument,
    /,
    *,
    reason: Needed = None,
    wait: Wait = False,
    signal_id: SignalId = None,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Give up a pending or failed step: it is SKIPPED, and what depends on it follows as after any skip.

    Example: dvt step skip latest load_csv --reason "the source is gone"
    """
    order = Order(run, SignalType.SKIP_STEP, reason, signal_id, wait, output, lambda _: {"stepId": step})
    return send(shell, order)
