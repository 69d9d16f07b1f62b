"""`dvt run pause`, `resume`, `stop`, `retry`, `update`: signals to a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter
from dvt_contracts.base import JsonObject
from dvt_contracts.models.glossary.v1.status import SignalType
from dvt_contracts.models.plan.v1.plan import Plan

from dvt.inputs import read_changes
from dvt.options import OutputOption, RunArgument, ShellParameter
from dvt.signalling import Order, send

Reason: TypeAlias = Annotated[str | None, Parameter(name="--reason", help="Why; kept in the log.")]
Needed: TypeAlias = Annotated[str | None, Parameter(name="--reason", help="Why; kept in the log. Required.")]
Wait: TypeAlias = Annotated[bool, Parameter(name="--wait", help="Return once it was applied.")]
SignalId: TypeAlias = Annotated[
    str | None, Parameter(name="--signal-id", help="The same id is one signal, however often it is sent.")
]


def pause(
    run: RunArgument,
    /,
    *,
    reason: Reason = None,
    wait: Wait = False,
    signal_id: SignalId = None,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Pause a run: steps that run may end, nothing new begins until `dvt run resume`.

    Example: dvt run pause latest --wait
    """
    return send(shell, Order(run, SignalType.PAUSE, reason, signal_id, wait, output))


def resume(
    run: RunArgument,
    /,
    *,
    reason: Reason = None,
    wait: Wait = False,
    signal_id: SignalId = None,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Let a paused run go on. A failure that it waited for is accepted, unless its step was granted another attempt.

    Example: dvt run resume latest
    """
    return send(shell, Order(run, SignalType.RESUME, reason, signal_id, wait, output))


def stop(
    run: RunArgument,
    /,
    *,
    reason: Needed = None,
    wait: Wait = False,
    signal_id: SignalId = None,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Stop a run in an emergency: no grace for running steps, no clean-up steps. `dvt run cancel` is the kinder way.

    Example: dvt run stop latest --reason "writes into the wrong database"
    """
    return send(shell, Order(run, SignalType.EMERGENCY_STOP, reason, signal_id, wait, output))


def retry(
    run: RunArgument,
    /,
    *,
    reason: Reason = None,
    signal_id: SignalId = None,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Start an ended run anew, as a run of its own that is linked to it. Steps that have not changed are not run again.

    Example: dvt run retry latest
    """
    return send(shell, Order(run, SignalType.RETRY_RUN, reason, signal_id, wait=False, output=output))


def update(
    run: RunArgument,
    /,
    *,
    pairs: Annotated[tuple[str, ...], Parameter(name="--input", help="An input as name=value; may be repeated.")] = (),
    inputs: Annotated[Path | None, Parameter(help="A JSON file with inputs; --input wins.")] = None,
    reason: Reason = None,
    wait: Wait = False,
    signal_id: SignalId = None,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Change inputs of an open run: attempts that begin later use them.

    Example: dvt run update latest --input day=2026-01-31 --wait
    """

    def changed(plan: Plan) -> JsonObject:
        return {"parameters": read_changes(plan, pairs, inputs)}

    return send(shell, Order(run, SignalType.UPDATE_PARAMETERS, reason, signal_id, wait, output, changed))
