"""`dvt golden`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter
from dvt_contracts.base import JsonValue

from dvt.golden import Engine, checked, found, record_path
from dvt.options import OutputOption, ShellParameter
from dvt.render import Column, show_list
from dvt.shell import Shell

_UNSUCCESSFUL: Final = 3
_COLUMNS: Final = (
    Column("PATH", lambda row: row["path"]),
    Column("ENGINE", lambda row: row["engine"]),
    Column("RESULT", lambda row: row["result"]),
    Column("STATUS", lambda row: row["status"]),
    Column("EVENTS", lambda row: row["events"]),
    Column("TIME", lambda row: f"{row['durationMs']} ms"),
    Column("OUTCOME HASH", lambda row: row["outcomeHash"]),
)
_Names = Annotated[tuple[str, ...], Parameter(name="NAME", help="Names of paths; else all that have a script.")]
_Folder = Annotated[Path, Parameter(name="--folder", help="The folder that holds the paths.")]
_Engine = Annotated[Literal["memory", "postgres"], Parameter(name="--engine", help="Store under the engine.")]


def check(
    names: _Names = (),
    /,
    *,
    engine: _Engine = "memory",
    folder: _Folder = Path("golden-paths"),
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Play scripted golden paths and compare status, log and outcome hash with what must come of them.

    `postgres` uses a server of its own, which is gone afterwards. Leaves with 3 when something is not as expected.

    Example: dvt golden check pause_resume --engine postgres
    """
    rows = asyncio.run(_rows(found(folder, names), Engine(engine), shell))
    show_list(shell, rows, output, columns=_COLUMNS, name="path")
    return 0 if all(row["result"] == "ok" for row in rows) else _UNSUCCESSFUL


async def _rows(folders: Sequence[Path], engine: Engine, shell: Shell) -> list[dict[str, JsonValue]]:
    rows = []
    async for row in checked(folders, engine):
        rows.append(row)
        shell.note(f"{row['path']}: {row['result']}")
        for fault in row["faults"] if isinstance(row["faults"], list) else []:
            shell.warn(f"{row['path']}: {fault}")
    return rows


def record(
    name: Annotated[str, Parameter(name="NAME", help="Name of the path.")],
    /,
    *,
    adr: Annotated[str | None, Parameter(help="Number of the decision that changes what is expected.")] = None,
    folder: _Folder = Path("golden-paths"),
    shell: ShellParameter,
) -> int:
    """Play a scripted golden path and keep what came of it as its expectation.

    An expectation that is there is changed only by a decision that is named: an ADR under `docs/adr`.

    Example: dvt golden record pause_resume
    """
    (path,) = found(folder, (name,))
    shell.out(asyncio.run(record_path(path, adr=adr)))
    return 0
