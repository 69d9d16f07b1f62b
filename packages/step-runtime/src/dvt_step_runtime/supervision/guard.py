"""A small process between the worker and a program: whatever the program leaves behind dies with it or with the worker.

Run as `python -I -S guard.py CONTROL [FD ...]`; it imports nothing slow. It adopts the orphans of its program (Linux)
and kills them all when the program has ended, when told so, or when the control socket closes because the worker is
gone. It forks from its only thread, so that the parent-death signal of the program means the guard and nothing else.

Received: `LENGTH:` and NUL-separated folder, count of arguments, arguments, environment; then single bytes:
`T` SIGTERM to the program's group, `P` SIGTERM to the program alone, `K` kill everything.
Sent, a line each: `pid N`; `runs` or `error ERRNO`; at the end `exit CODE LEFT` or `signal NUMBER LEFT`
(of processes left behind), which the worker answers by closing the socket.
"""

import os
import select
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_RESTORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ)
_SWEEPS = 400  # of 5 ms: a process that SIGKILL cannot end must not hold the guard for ever


def prctl(option: int, value: int) -> None:
    """Ask the Linux kernel; elsewhere there is nothing to ask."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - the other systems need not pay for it

        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def adopt_orphans() -> None:
    """Make orphaned descendants children of this process."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def read_order(control: int) -> tuple[bytes, list[bytes], dict[bytes, bytes]]:
    """Read folder, arguments and environment."""
    head = b""
    while not head.endswith(b":"):
        head += os.read(control, 1) or sys.exit(1)
    wanted, body = int(head[:-1]), b""
    while len(body) < wanted:
        body += os.read(control, wanted - len(body)) or sys.exit(1)
    folder, count, *rest = body.split(b"\0")
    split = int(count)
    environment = dict(item.split(b"=", 1) for item in rest[split:])
    return folder, rest[:split], environment


def run_program(order: tuple[bytes, list[bytes], dict[bytes, bytes]], go: int, report: int) -> None:
    """Become the program, in a session of its own, when told to go; on failure write errno to `report`."""
    folder, argv, environment = order
    try:
        guard = os.getppid()
        os.setsid()
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard or not os.read(go, 1):
            os._exit(127)
        for number in _RESTORED:
            signal.signal(number, signal.SIG_DFL)
        os.chdir(folder)
        os.execvpe(argv[0], argv, environment)  # noqa: S606 - this is the program that the plan names; no shell
    except OSError as error:
        os.write(report, b"%d" % (error.errno or 0))
    finally:
        os._exit(127)


def start(control: int, order: tuple[bytes, list[bytes], dict[bytes, bytes]]) -> int:
    """Start the program and return its id; exits when it cannot be started.

    The worker knows the id before the program's first instruction: it could kill its guard.
    """
    (go, goes), (result, report) = os.pipe(), os.pipe()
    program = os.fork()
    if program == 0:
        os.close(goes)
        run_program(order, go, report)
    os.close(go)
    os.close(report)
    os.write(control, b"pid %d\n" % program)
    os.write(goes, b"!")
    os.close(goes)
    failure = os.read(result, 16)
    os.close(result)
    os.write(control, b"error %s\n" % failure if failure else b"runs\n")
    if failure:
        os.waitpid(program, 0)
        os._exit(0)
    return program


def children() -> list[int]:
    """List the children of this process, dead ones included; empty where the system does not say."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:  # noqa: PTH123 - pathlib is slow to import
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def quietly(send: object, target: int, number: int) -> None:
    """Signal a process or group that may be gone."""
    try:  # noqa: SIM105 - contextlib costs milliseconds for each program
        send(target, number)  # type: ignore[operator]  # os.kill or os.killpg; typing is not worth an import here
    except (ProcessLookupError, PermissionError):
        pass


def reap(program: int) -> int | None:
    """Reap all that has ended; return the status of `program` if it is among them."""
    status = None
    while True:
        try:
            pid, found = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            return status
        if pid == program:
            status = found


def sweep(program: int) -> int:
    """Kill the program's group and all other descendants; return how many had been left."""
    left = children()
    quietly(os.killpg, program, signal.SIGKILL)
    for _ in range(_SWEEPS):
        rest = children()
        if not rest:
            break
        for pid in rest:
            quietly(os.kill, pid, signal.SIGKILL)
        select.select([], [], [], 0.005)
        reap(0)
    return len(left)


def finish(control: int, program: int, status: int | None) -> None:
    """Kill everything that is left, report the program's end and exit."""
    if status is None:
        quietly(os.killpg, program, signal.SIGKILL)
        _, status = os.waitpid(program, 0)
    left = sweep(program)
    code = os.waitstatus_to_exitcode(status)
    word, number = (b"signal", -code) if code < 0 else (b"exit", code)
    try:
        os.write(control, b"%s %d %d\n" % (word, number, left))
        while os.read(control, 64):
            pass  # closing it over unread words would reset it, and the worker lose the report
    except OSError:
        pass  # the worker is gone
    os._exit(0)


def watch(control: int, program: int, wakeup: int) -> None:
    """Do what the worker says until the program has ended or the worker is gone."""
    while True:
        ready, _, _ = select.select([control, wakeup], [], [])
        if wakeup in ready:
            os.read(wakeup, 4096)
            status = reap(program)
            if status is not None:
                finish(control, program, status)
        if control in ready:
            obey(control, program)


def obey(control: int, program: int) -> None:
    """Do what the worker says; its silence means that it is gone."""
    try:
        words = os.read(control, 64) or b"K"
    except OSError:
        words = b"K"
    for word in words:
        if word == ord("T"):
            quietly(os.killpg, program, signal.SIGTERM)
        elif word == ord("P"):
            quietly(os.kill, program, signal.SIGTERM)
        else:
            finish(control, program, None)


def main() -> None:
    """Guard one program."""
    control, *kept = map(int, sys.argv[1:])
    os.set_inheritable(control, False)  # noqa: FBT003 - positional only
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    wakeup, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    adopt_orphans()
    program = start(control, read_order(control))
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2, *kept):
        os.dup2(nothing, fd)  # let go of the program's pipes: the worker waits for their end
    watch(control, program, wakeup)


if __name__ == "__main__":
    main()
