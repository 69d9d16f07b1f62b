"""`dvt run start`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from dvt_contracts.base import JsonObject
from dvt_contracts.models.engine.v1.start_run_result import StartOutcome
from dvt_engine_core.services.workflow_engine import StartRequest

from dvt.__main__ import INTERRUPTED
from dvt.inputs import read_inputs
from dvt.kinds import installed_kinds
from dvt.options import OutputOption, ShellParameter
from dvt.plan_file import PlanFile, load_plan
from dvt.report_text import show_report
from dvt.session import Servers, Session, hold, opened
from dvt.watching import Watched, others, report_of, watch_run


def start(
    path: Annotated[Path, Parameter(name="PATH", help="A plan.json, or the folder that holds one.")],
    *,
    pairs: Annotated[
        tuple[str, ...], Parameter(name="--input", negative=(), help="An input as name=value; may be repeated.")
    ] = (),
    inputs: Annotated[Path | None, Parameter(help="A JSON file with inputs; --input wins.")] = None,
    start_key: Annotated[str | None, Parameter(help="The same key starts the same run only once.")] = None,
    sha256: Annotated[str | None, Parameter(help="Refuse the plan unless it has this hash.")] = None,
    detach: Annotated[bool, Parameter(negative=(), help="Do not watch.")] = False,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Start a plan and watch it to its end.

    Plan and inputs are checked whole before anything is stored. Exit code 0: COMPLETED, 3: FAILED or CANCELLED.
    Example: dvt run start golden-paths/hello_world --input name=Ada
    """
    plan = load_plan(path, installed_kinds(), expected_sha256=sha256)
    given = read_inputs(plan.plan, pairs, inputs)
    watched = Watched()
    try:
        with hold(shell) as servers:
            watched.embedded = servers.embedded
            return asyncio.run(_Start(shell, servers, watched, output)(plan, given, start_key, detach=detach))
    except KeyboardInterrupt:
        watched.detached(shell)
        return INTERRUPTED


class _Start:
    def __init__(self, shell: ShellParameter, servers: Servers, watched: Watched, output: OutputOption) -> None:
        self._shell = shell
        self._servers = servers
        self._watched = watched
        self._output = output

    async def __call__(self, plan: PlanFile, given: JsonObject, start_key: str | None, *, detach: bool) -> int:
        async with opened(self._shell, self._servers) as session:
            ref = await session.plans.put(
                session.settings.tenant,
                plan.content,
                plan_id=plan.plan.plan_id,
                plan_version=plan.plan.plan_version,
            )
            request = StartRequest(ref, session.context(plan.folder), given, start_key)
            result = await session.engine.start_run(request)
            self._watched.run_id = result.run_id
            known = " (known start key)" if result.outcome is StartOutcome.EXISTING else ""
            count = len(plan.plan.steps)
            steps = f"{count} step{'s' if count > 1 else ''}"
            self._shell.note(f"run {result.run_id}  {plan.plan.plan_id} {plan.plan.plan_version}  {steps}{known}")
            run = session.key(result.run_id)
            if not detach:
                return await watch_run(session, run, plan.plan, self._output)
            show_report(self._shell, await report_of(session, run, plan.plan), self._output, steps=False)
            self._tell_detached(session)
            return 0

    def _tell_detached(self, session: Session) -> None:
        if not session.servers.embedded:
            return
        from dvt.embedded import describe

        state = describe(session.settings.home)
        if state and others([holder.pid for holder in state.holders], os.getpid()):
            return
        self._shell.warn("dvt: nothing else holds the embedded servers: they end now, and the run waits for them")
        self._shell.warn(f"     finish it: dvt run watch {self._watched.run_id}   or keep servers up: dvt dev")
