"""`dvt plan lint`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from dvt_contracts.base import JsonValue
from dvt_engine_core.errors import DvtError

from dvt.kinds import installed_kinds
from dvt.options import OutputOption, ShellParameter
from dvt.plan_file import PlanFile, load_plan
from dvt.problems import problem_text
from dvt.render import Column, show_list

_COLUMNS: Final = (
    Column("PLAN", lambda row: row["path"]),
    Column("RESULT", lambda row: row["result"]),
    Column("ID", lambda row: row.get("planId")),
    Column("VERSION", lambda row: row.get("planVersion")),
    Column("STEPS", lambda row: row.get("steps")),
    Column("EDGES", lambda row: row.get("edges")),
    Column("SHA256", lambda row: row.get("sha256")),
)


def lint(
    paths: Annotated[
        tuple[Path, ...], Parameter(name="PATH", help="Plans, or folders with a plan.json; else this folder.")
    ] = (),
    /,
    *,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Check plans; all faults at once.

    The hash is that of the canonical bytes: what `run start --sha256` compares and every run records.

    Example: dvt plan lint golden-paths/hello_world
    """
    kinds = installed_kinds()
    rows: list[dict[str, JsonValue]] = []
    worst = 0
    for path in paths or (Path(),):
        try:
            rows.append(_facts(path, load_plan(path, kinds)))
        except DvtError as error:
            rows.append({"path": str(path), "result": "fail", "problem": error.problem().document()})
            worst = max(worst, error.exit_code)
            if output in {"table", "wide"}:
                shell.warn(problem_text(error))
    show_list(shell, rows, output, columns=_COLUMNS, name="path")
    return worst


def _facts(path: Path, file: PlanFile) -> dict[str, JsonValue]:
    plan = file.plan
    return {
        "path": str(path),
        "result": "ok",
        "planId": plan.plan_id,
        "planVersion": plan.plan_version,
        "steps": len(plan.steps),
        "edges": sum(len(step.depends_on) for step in plan.steps),
        "sha256": file.sha256,
    }
