"""`python -m dvt.embedded.watcher PID SIGNAL`: send SIGNAL to PID when standard input closes without a byte.

Stands in for Linux's parent-death signal elsewhere: the supervisor holds the other end of the pipe.
"""

from __future__ import annotations

import contextlib
import os
import sys


def main(pid: int, number: int) -> None:
    """Wait for the supervisor's word or its death."""
    if os.read(0, 1) == b"":
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
