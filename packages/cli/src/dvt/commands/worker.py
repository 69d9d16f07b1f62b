"""`dvt worker run`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from dvt_engine_core.errors import ContractError

from dvt.options import ShellParameter
from dvt.servers import hold

#: What running steps get after Ctrl-C before they are given back to another worker.
_DRAIN_MS: Final = 10_000


def run(
    *,
    code_root: Annotated[Path | None, Parameter(help="Folder with the code of `python` and `process` steps.")] = None,
    code_root_from_run: Annotated[
        bool, Parameter(help="Trust runs to name that folder: whoever may start runs may run any code.")
    ] = False,
    shell: ShellParameter,
) -> int:
    """Run worker, dispatcher and relay in the foreground, until Ctrl-C.

    Serves the servers of DVT_POSTGRES_URL and DVT_TEMPORAL_ADDRESS; with neither set, the embedded ones.

    Example: dvt worker run --code-root /srv/plans
    """
    if code_root is not None and code_root_from_run:
        raise ContractError("give either --code-root or --code-root-from-run", code="USAGE")
    if code_root is not None and not code_root.is_dir():
        raise ContractError(f"--code-root: there is no folder {code_root}", code="USAGE")
    with hold(shell, host=False) as servers:
        from dvt import service_log
        from dvt.services import Serving, run_until_stopped, serve

        service_log.configure(readable=True)
        from_run = code_root_from_run or (servers.embedded and code_root is None)
        root = "from-run" if from_run else code_root.absolute() if code_root else None
        serving = Serving(shell.settings, servers, code_root=root, drain_ms=_DRAIN_MS)  # type: ignore[arg-type]  # the literal is narrow
        run_until_stopped(serve(serving, on_ready=lambda: shell.note("dvt: serving; Ctrl-C stops")))
    return 0
