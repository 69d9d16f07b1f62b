"""`dvt store migrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from dvt.options import OutputOption, ShellParameter
from dvt.render import Column, Output, show_list, show_one
from dvt.servers import hold
from dvt.shell import Shell

if TYPE_CHECKING:
    from dvt_contracts.base import JsonObject


def migrate_store(
    *,
    plan: Annotated[bool, Parameter(help="Only show what would be done, with its locks and expected time.")] = False,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Bring the database to the level of this version; safe to repeat.

    Example: dvt store migrate --plan
    """
    from dvt_postgres_store import CODE_LEVEL, migrate

    with hold(shell, host=False) as servers:
        if plan:
            return _show_plan(shell, servers.postgres_url, output)
        before = migrate(servers.postgres_url)
    result = {"before": before, "level": CODE_LEVEL}
    text = f"level {CODE_LEVEL}" + (", as before" if before == CODE_LEVEL else f", was {before}")
    show_one(shell, result, output, name="level", text=lambda: text)
    return 0


def _show_plan(shell: Shell, url: str, output: Output) -> int:
    from dvt_postgres_store.migration_plan import migration_plan

    steps = migration_plan(url)
    rows: list[JsonObject] = [
        {
            "level": step.level,
            "name": step.name,
            "what": step.what,
            "locks": [f"{lock.mode} on {lock.table} ({lock.rows} rows)" for lock in step.locks],
            "expectedSeconds": step.expected_s,
        }
        for step in steps
    ]
    if not rows and output == "table":
        shell.out("nothing to do")
        return 0
    columns = [
        Column("LEVEL", lambda row: row["level"]),
        Column("NAME", lambda row: row["name"]),
        Column("LOCKS", lambda row: ", ".join(map(str, row["locks"])) if isinstance(row["locks"], list) else ""),
        Column("EXPECTED", lambda row: f"{row['expectedSeconds']} s"),
        Column("WHAT", lambda row: row["what"]),
    ]
    show_list(shell, rows, output, columns=columns, name="name")
    return 0
