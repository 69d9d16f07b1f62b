"""The door of `dvt`: runs a command, turns every error into a code and a hint, and leaves."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

INTERRUPTED = 130
_MACHINE_FORMATS = frozenset({"json", "jsonl", "yaml"})


def main() -> None:
    """Run the command line of this process and end it.

    The process ends by `os._exit`: one that has used the Temporal SDK may crash in the interpreter's own shutdown,
    and there is nothing left to tidy once the streams are flushed.
    """
    gc.set_threshold(50_000, 20, 20)  # imports make no garbage worth the default's hundred collections
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def run(argv: Sequence[str]) -> int:
    """Run a command line; returns its exit code."""
    debug = "--debug" in argv or os.environ.get("DVT_DEBUG", "") not in {"", "0"}
    try:
        from dvt.app import launch

        return launch(argv)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return 0  # whoever reads us has had enough
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    except Exception as error:  # noqa: BLE001 - the last door: nothing may leave as a traceback
        return _tell(error, argv, debug=debug)


def _tell(error: Exception, argv: Sequence[str], *, debug: bool) -> int:
    from dvt.crash import keep
    from dvt.problems import problem_line, problem_text, to_dvt_error

    if debug:
        import traceback

        traceback.print_exception(error)
    known = to_dvt_error(error)
    if known.code == "INTERNAL" and not debug:
        known.hint = keep(error, argv)
    with suppress(BrokenPipeError):
        if _wants_document(argv):
            print(problem_line(known), file=sys.stderr, flush=True)  # noqa: T201
        else:
            colour = sys.stderr.isatty() and "--no-color" not in argv and not os.environ.get("NO_COLOR")
            print(problem_text(known, colour=colour), file=sys.stderr, flush=True)  # noqa: T201
    return known.exit_code


def _wants_document(argv: Sequence[str]) -> bool:
    """Whether the result was asked for in a form for programs; then so is the error."""
    for at, word in enumerate(argv):
        if word in {"-o", "--output"}:
            return argv[at + 1 : at + 2] != [] and argv[at + 1] in _MACHINE_FORMATS
        if word.startswith(("--output=", "-o=")):
            return word.partition("=")[2] in _MACHINE_FORMATS
    return False


if __name__ == "__main__":
    main()
