"""`dvt store migrate`."""

from __future__ import annotations

from dvt.options import OutputOption, ShellParameter
from dvt.render import show_one
from dvt.servers import hold


def migrate_store(*, output: OutputOption = "table", shell: ShellParameter) -> int:
    """Bring the database to the level of this version; safe to repeat.

    Example: dvt store migrate
    """
    from dvt_postgres_store import CODE_LEVEL, migrate

    with hold(shell, host=False) as servers:
        before = migrate(servers.postgres_url)
    result = {"before": before, "level": CODE_LEVEL}
    text = f"level {CODE_LEVEL}" + (", as before" if before == CODE_LEVEL else f", was {before}")
    show_one(shell, result, output, name="level", text=lambda: text)
    return 0
