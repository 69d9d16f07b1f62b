"""`dvt run start`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from dvt_contracts.base import JsonObject
from dvt_contracts.models.engine.v1.start_run_result import StartOutcome
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.workflow_engine import StartRequest

from dvt.__main__ import INTERRUPTED
from dvt.detaching import Watched, tell_if_servers_end
from dvt.inputs import read_inputs
from dvt.kinds import installed_kinds
from dvt.options import OutputOption, ShellParameter
from dvt.plan_file import PlanFile, load_plan
from dvt.servers import hold
from dvt.session import Session, opened
from dvt.shell import Shell


@dataclass(frozen=True, slots=True)
class _Order:
    """What to start; all of it has been judged."""

    plan: PlanFile
    inputs: JsonObject
    start_key: str | None


def start(
    path: Annotated[Path, Parameter(name="PATH", help="A plan.json, or the folder that holds one.")],
    /,
    *,
    pairs: Annotated[tuple[str, ...], Parameter(name="--input", help="An input as name=value; may be repeated.")] = (),
    inputs: Annotated[Path | None, Parameter(help="A JSON file with inputs; --input wins.")] = None,
    start_key: Annotated[str | None, Parameter(help="The same key starts the same run only once.")] = None,
    sha256: Annotated[str | None, Parameter(help="Refuse the plan unless it has this hash.")] = None,
    detach: Annotated[bool, Parameter(help="Do not watch.")] = False,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Start a plan and watch it to its end.

    Plan and inputs are checked whole before anything is stored. Exit code 0: COMPLETED, 3: FAILED or CANCELLED.

    Example: dvt run start golden-paths/hello_world --input name=Ada
    """
    plan = load_plan(path, installed_kinds(), expected_sha256=sha256)
    order = _Order(plan, read_inputs(plan.plan, pairs, inputs), start_key)
    watched = Watched()
    try:
        with hold(shell) as servers:
            watched.embedded = servers.embedded

            async def work() -> int:
                async with opened(shell, servers) as session:
                    run = await _started(session, order, shell)
                    watched.run_id = run.run_id
                    return await _shown(session, run, order, output, detach=detach)

            return asyncio.run(work())
    except KeyboardInterrupt:
        watched.detached(shell)
        return INTERRUPTED


async def _started(session: Session, order: _Order, shell: Shell) -> RunKey:
    plan = order.plan.plan
    tenant = session.settings.tenant
    ref = await session.plans.put(tenant, order.plan.content, plan_id=plan.plan_id, plan_version=plan.plan_version)
    request = StartRequest(ref, session.context(order.plan.folder), order.inputs, order.start_key)
    result = await session.engine.start_run(request)
    count = len(plan.steps)
    known = "; known start key" if result.outcome is StartOutcome.EXISTING else ""
    steps = f"{count} step{'s' if count > 1 else ''}{known}"
    shell.note(f"run {result.run_id}  {plan.plan_id} {plan.plan_version}  {steps}")
    return session.key(result.run_id)


async def _shown(session: Session, run: RunKey, order: _Order, output: OutputOption, *, detach: bool) -> int:
    from dvt.report_text import show_report  # what shows a run is imported while it runs already
    from dvt.watching import report_of, watch_run

    plan = order.plan.plan
    if not detach:
        return await watch_run(session, run, plan, output)
    show_report(session.shell, await report_of(session, run, plan), output, steps=False)
    if session.servers.embedded:
        tell_if_servers_end(session.shell, session.settings.home, run.run_id)
    return 0
