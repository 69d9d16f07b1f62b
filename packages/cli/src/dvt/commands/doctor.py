"""`dvt doctor`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from dvt.checks import Check, checked, local_checks
from dvt.options import OutputOption, ShellParameter
from dvt.render import Column, show_list
from dvt.server_checks import server_checks
from dvt.shell import Shell

_COLUMNS: Final = (
    Column("CHECK", lambda row: row["name"]),
    Column("RESULT", lambda row: row["result"]),
    Column("DETAIL", lambda row: row["detail"]),
    Column("HINT", lambda row: row["hint"]),
)


def doctor(*, output: OutputOption = "table", shell: ShellParameter) -> int:
    """Check this machine and the servers; starts nothing. Exit code 1 if a check fails.

    Example: dvt doctor -o json
    """
    found = _all(shell)
    rows = [asdict(check) for check in found]
    show_list(shell, rows, output, columns=_COLUMNS, name="name")
    return 1 if any(check.result == "fail" for check in found) else 0


def _all(shell: Shell) -> list[Check]:
    first = checked("configuration", lambda: Check("configuration", "ok", shell.settings.mode))
    if first.result == "fail":  # nothing else can be looked at
        return [first]
    return [*local_checks(shell), *server_checks(shell)]
