"""A warm child process: `python -P -m dvt_step_runtime.child FD` serves one call after the other on a socket.

It is started by a guard, which ends it with the worker. It imports what every call needs and nothing else, so that it
is warm soon; the plan's folder becomes known with the first call and stays.
"""

import gc
import os
import signal
import socket
import sys

from dvt_step_runtime.callables.typed import TypedCallable
from dvt_step_runtime.children.calls import ChildCalls
from dvt_step_runtime.children.frames import ChildChannel
from dvt_step_runtime.supervision.guard import adopt_orphans


def rehearsal(number: int) -> int:
    """Do nothing, with annotations."""
    return number


def main() -> None:
    """Serve calls until the worker lets go."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_orphans()  # what a callable leaves behind becomes a child of ours and is seen after the call
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]  # text streams
    TypedCallable(rehearsal).document(0)  # pydantic imports more when it is first used
    gc.freeze()
    calls = ChildCalls(ChildChannel(connection))
    while calls.serve():
        pass
    os._exit(0)  # threads that a callable left running must not hold the end


if __name__ == "__main__":
    main()
