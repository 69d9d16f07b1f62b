"""`python -m dvt.host`: worker, dispatcher and relay beside the embedded servers, started by their supervisor.

The supervisor gives the addresses by environment, keeps the process running, and ends it with SIGTERM: running steps
are then given back, and the next host runs them again under the same attempt.
"""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Serve until told to stop; never leaves through the interpreter's shutdown, which the Temporal SDK may crash."""
    gc.set_threshold(50_000, 20, 20)  # as in dvt.__main__
    from dvt import service_log

    service_log.configure(readable=False)
    import structlog

    log = structlog.get_logger("dvt.host")
    code = 1
    try:
        _serve()
        code = 0
        log.info("ended")
    except BaseException:
        log.exception("the host failed")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _serve() -> None:
    from dvt.config import load_settings
    from dvt.servers import Servers
    from dvt.services import Serving, run_until_stopped, serve

    settings = load_settings({})
    servers = Servers(os.environ["DVT_POSTGRES_URL"], os.environ["DVT_TEMPORAL_ADDRESS"], embedded=True)
    run_until_stopped(serve(Serving(settings, servers, code_root="from-run"), on_ready=lambda: None))


if __name__ == "__main__":
    main()
