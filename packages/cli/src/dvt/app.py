"""The commands of `dvt` and the flags that all of them know. Commands are imported when they are called."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Group, Parameter

from dvt.shell import Shell

_GLOBAL: Final = Group("Flags of every command", sort_key=99)
_HELP: Final = """Deterministic, auditable execution of data plans.

With nothing configured, real PostgreSQL and Temporal servers run in DVT_HOME while a command needs them;
with DVT_POSTGRES_URL and DVT_TEMPORAL_ADDRESS set, nothing is started.
Try: dvt run start golden-paths/hello_world
"""
#: noun -> (help, verb -> (import path, help)); a verb may have an alias after a bar.
_NOUNS: Final[dict[str, tuple[str, dict[str, tuple[str, str]]]]] = {
    "run": (
        "Start, watch and inspect runs.",
        {
            "start": ("dvt.commands.run_start:start", "Start a plan and watch it to its end."),
            "watch": ("dvt.commands.run_watch:watch", "Watch a run to its end."),
            "get": ("dvt.commands.run_get:get", "Show a run with its steps and hashes."),
            "list|ls": ("dvt.commands.run_list:list_runs", "List runs, newest first."),
            "events": ("dvt.commands.run_events:events", "Show the log of a run."),
            "logs": ("dvt.commands.run_logs:logs", "Show what the steps of a run printed."),
            "cancel": ("dvt.commands.run_cancel:cancel", "Ask a run to end early."),
        },
    ),
    "artifact": (
        "Files that steps wrote.",
        {
            "list|ls": ("dvt.commands.artifact:list_artifacts", "List the artifacts of a run."),
            "get": ("dvt.commands.artifact:get", "Write an artifact to a file or to standard output."),
        },
    ),
    "plan": ("Plans.", {"lint": ("dvt.commands.plan_lint:lint", "Check plans; all faults at once.")}),
    "worker": ("Workers.", {"run": ("dvt.commands.worker:run", "Run worker, dispatcher and relay here.")}),
    "store": (
        "The database.",
        {
            "migrate": ("dvt.commands.store:migrate_store", "Bring the database to the level of this version."),
            "sql": ("dvt.commands.store_sql:sql", "Ask the log a question in SQL, read-only."),
        },
    ),
    "outbox": ("Events on their way out.", {"status": ("dvt.commands.outbox:status", "Show what is undelivered.")}),
}
_VERBS: Final = {
    "dev": ("dvt.commands.dev:dev", "Keep the servers up and show what happens."),
    "doctor": ("dvt.commands.doctor:doctor", "Check this machine and the servers."),
}


def launch(argv: Sequence[str]) -> int:
    """Parse a command line and run its command; returns the exit code.

    Raises: CycloptsError for a wrong command line; DvtError, EmbeddedError and whatever a command raises.
    """
    code = make_app().meta(list(argv))
    return code if isinstance(code, int) else 0


def make_app() -> App:
    """The command tree."""
    app = App(
        name="dvt",
        help=_HELP,
        help_format="plaintext",
        version=lambda: f"dvt {version('dvt')}",
        version_flags=["--version"],
        result_action="return_value",
        print_error=False,
        exit_on_error=False,
        suppress_keyboard_interrupt=False,
    )
    for noun, (text, verbs) in _NOUNS.items():
        branch = App(name=noun, help=text)
        for names, (target, about) in verbs.items():
            branch.command(target, name=tuple(names.split("|")), help=about)
        app.command(branch)
    for name, (target, about) in _VERBS.items():
        app.command(target, name=name, help=about)
    app.meta.group_parameters = _GLOBAL
    app.meta.default(_launcher(app))
    return app


def _launcher(app: App):  # type: ignore[no-untyped-def]  # noqa: ANN202 - cyclopts reads the inner signature
    def launcher(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        home: Annotated[Path | None, Parameter(help="Data directory; DVT_HOME.")] = None,
        tenant: Annotated[str | None, Parameter(help="Tenant; DVT_TENANT.")] = None,
        quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative=(), help="No progress.")] = False,
        no_color: Annotated[bool, Parameter(negative=(), help="No colours; NO_COLOR.")] = False,
        debug: Annotated[bool, Parameter(negative=(), help="Tracebacks of errors; DVT_DEBUG.")] = False,
    ) -> int:
        debug = debug or os.environ.get("DVT_DEBUG", "") not in {"", "0"}
        shell = Shell(quiet=quiet, colour_wanted=not no_color, debug=debug, home=home, tenant=tenant)
        command, bound, ignored = app.parse_args(tokens)
        injected = dict.fromkeys(ignored, shell)
        code = command(*bound.args, **bound.kwargs, **injected)
        return code if isinstance(code, int) else 0

    return launcher
