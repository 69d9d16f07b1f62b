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
#: noun -> (help, verb -> import path); an alias stands after a bar. What a verb does is said by its docstring.
_NOUNS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "run": (
        "Start, watch and inspect runs.",
        {
            "start": "dvt.commands.run_start:start",
            "watch": "dvt.commands.run_watch:watch",
            "get": "dvt.commands.run_get:get",
            "list|ls": "dvt.commands.run_list:list_runs",
            "events": "dvt.commands.run_events:events",
            "logs": "dvt.commands.run_logs:logs",
            "at": "dvt.commands.run_at:at",
            "diff": "dvt.commands.run_diff:diff",
            "why": "dvt.commands.run_why:why",
            "cancel": "dvt.commands.run_cancel:cancel",
            "pause": "dvt.commands.run_signals:pause",
            "resume": "dvt.commands.run_signals:resume",
            "stop": "dvt.commands.run_signals:stop",
            "retry": "dvt.commands.run_signals:retry",
            "update": "dvt.commands.run_signals:update",
        },
    ),
    "step": (
        "Single steps of a run.",
        {"retry": "dvt.commands.step_signals:retry", "skip": "dvt.commands.step_signals:skip"},
    ),
    "artifact": (
        "Files that steps wrote.",
        {"list|ls": "dvt.commands.artifact:list_artifacts", "get": "dvt.commands.artifact:get"},
    ),
    "plan": ("Plans.", {"lint": "dvt.commands.plan_lint:lint", "graph": "dvt.commands.plan_graph:graph"}),
    "worker": ("Workers.", {"run": "dvt.commands.worker:run"}),
    "store": (
        "The database.",
        {
            "migrate": "dvt.commands.store:migrate_store",
            "rebuild": "dvt.commands.store_rebuild:rebuild",
            "verify": "dvt.commands.store_verify:verify",
            "sql": "dvt.commands.store_sql:sql",
        },
    ),
    "contracts": (
        "The contracts of DVT.",
        {"check": "dvt.commands.contracts:check", "diff": "dvt.commands.contracts:diff"},
    ),
    "golden": ("Golden paths.", {"check": "dvt.commands.golden:check", "record": "dvt.commands.golden:record"}),
    "outbox": ("Events on their way out.", {"status": "dvt.commands.outbox:status"}),
}
_VERBS: Final = {"dev": "dvt.commands.dev:dev", "doctor": "dvt.commands.doctor:doctor"}


def launch(argv: Sequence[str]) -> int:
    """Parse a command line and run its command; returns the exit code.

    Raises: CycloptsError for a wrong command line; DvtError, EmbeddedError and whatever a command raises.
    """
    app = make_app()
    words = [word for word in argv if not word.startswith("-")]
    if not words or (len(words) == 1 and words[0] in _NOUNS) or {"-h", "--help"}.intersection(argv):
        _import_commands(app)
    code = app.meta(list(argv))
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
        default_parameter=Parameter(negative=(), show_default=lambda value: value or None),
    )
    for noun, (text, verbs) in _NOUNS.items():
        branch = App(name=noun, help=text)
        for names, target in verbs.items():
            branch.command(target, name=tuple(names.split("|")))
        app.command(branch)
    for name, target in _VERBS.items():
        app.command(target, name=name)
    app.meta.group_parameters = _GLOBAL
    app.meta.default(_launcher(app))
    return app


def _import_commands(app: App) -> None:
    """Import every command: a page of help lists what their docstrings say."""
    for noun, (_, verbs) in _NOUNS.items():
        for names in verbs:
            _ = app[noun][names.split("|", maxsplit=1)[0]]
    for name in _VERBS:
        _ = app[name]


def _launcher(app: App):  # type: ignore[no-untyped-def]  # noqa: ANN202 - cyclopts reads the inner signature
    def launcher(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        home: Annotated[Path | None, Parameter(help="Data directory; DVT_HOME.")] = None,
        tenant: Annotated[str | None, Parameter(help="Tenant; DVT_TENANT.")] = None,
        quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], help="No progress.")] = False,
        no_color: Annotated[bool, Parameter(help="No colours; NO_COLOR.")] = False,
        debug: Annotated[bool, Parameter(help="Tracebacks of errors; DVT_DEBUG.")] = False,
    ) -> int:
        debug = debug or os.environ.get("DVT_DEBUG", "") not in {"", "0"}
        shell = Shell(quiet=quiet, colour_wanted=not no_color, debug=debug, home=home, tenant=tenant)
        command, bound, ignored = app.parse_args(tokens)
        injected = dict.fromkeys(ignored, shell)
        code = command(*bound.args, **bound.kwargs, **injected)
        return code if isinstance(code, int) else 0

    return launcher
