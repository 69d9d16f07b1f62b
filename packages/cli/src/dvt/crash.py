"""Where the details of a defect go: a file, so that the terminal shows one line."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Sequence


def keep(error: BaseException, argv: Sequence[str]) -> str:
    """Write the details of an unknown error to the home's logs; returns the hint that says where."""
    try:
        from dvt.shell import Shell

        folder = Shell().settings.home / "logs"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / f"crash-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{time.time_ns() % 1_000_000:06d}.log"
        details = "".join(traceback.format_exception(error))
        file.write_text(f"dvt {' '.join(_harmless(argv))}\npython {sys.version}\n\n{details}", "utf-8")
        file.chmod(0o600)
    except Exception:  # noqa: BLE001 - telling of a defect must not fail
        return "Run again with --debug for the details, and report it."
    return f"The details are in {file}; run again with --debug to see them, and report it."


def _harmless(argv: Sequence[str]) -> list[str]:
    """The command line without the values of inputs."""
    return [word.partition("=")[0] + "=..." if "=" in word else word for word in argv]
