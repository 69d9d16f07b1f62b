"""One process under the supervisor, that cannot outlive it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from dvt.embedded import kernel
from dvt.embedded.privileges import Drop

LARGEST_LOG_BYTES = 8 * 1024 * 1024
TAIL_BYTES = 4000
_POLL_S = 0.02


class Child:
    """A started process with its log file. Make one with `spawn`."""

    def __init__(self, popen: subprocess.Popen[bytes], log: Path, log_start: int, watcher: Watcher | None) -> None:
        self._popen = popen
        self._log = log
        self._log_start = log_start
        self._watcher = watcher

    @property
    def pid(self) -> int:
        """Process id."""
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether the process has not ended yet."""
        return self._popen.poll() is None

    def output(self) -> str:
        """Give the end of what this process (not an earlier one) wrote to its log."""
        with contextlib.suppress(OSError), self._log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, size - TAIL_BYTES))
            return log.read().decode(errors="replace").strip()
        return ""

    async def exited(self) -> int:
        """Wait for the end; gives the exit code, negative for a signal."""
        if self._popen.poll() is None:
            await _pid_ended(self._popen)
        if self._watcher:
            self._watcher.dismiss()
        return self._popen.wait()

    async def stop(self, *signals_and_waits: tuple[signal.Signals, float], group: bool = False) -> None:
        """Send each signal and give it its seconds to work, then SIGKILL; `group` kills what it started too."""
        for number, wait_s in signals_and_waits:
            self._send(number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.exited(), wait_s)
                break
        if group:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        self._send(signal.SIGKILL)
        await self.exited()

    def _send(self, number: signal.Signals) -> None:
        if self._popen.poll() is None:
            self._popen.send_signal(number)


class Watcher:
    """For systems without a parent-death signal: a process that kills another when our end of a pipe closes."""

    def __init__(self, pid: int, death_signal: signal.Signals) -> None:
        command = [sys.executable, "-P", "-m", "dvt.embedded.watcher", str(pid), str(int(death_signal))]
        self._popen = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603

    def dismiss(self) -> None:
        """Let the watcher go: its process has ended."""
        if self._popen.stdin and not self._popen.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._popen.stdin.write(b"x")
                self._popen.stdin.close()
        self._popen.wait()


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    cwd: str | Path,
    environment: Mapping[str, str],
    drop: Drop | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    stdin: bytes | None = None,
) -> Child:
    """Start a process in its own session, with output appended to `log`.

    Shape: call it from the main thread of a process without other threads, for two reasons: Linux sends the
    death signal when the forking *thread* ends, and Python code runs between fork and exec.
    `death_signal` reaches the process when the supervisor dies, SIGKILL included.
    """
    parent = os.getpid()

    def become() -> None:
        if drop:
            drop.apply()  # first: a change of user clears the death signal
        if kernel.LINUX:
            kernel.die_with_parent(death_signal)
            if os.getppid() != parent:
                os._exit(1)

    output, start = _open_log(log)
    try:
        popen = subprocess.Popen(  # noqa: S603
            argv,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=become,  # noqa: PLW1509 - see the docstring
        )
    finally:
        os.close(output)
    if stdin is not None and popen.stdin:
        with contextlib.suppress(BrokenPipeError), popen.stdin:
            popen.stdin.write(stdin)
    return Child(popen, log, start, None if kernel.LINUX else Watcher(popen.pid, death_signal))


def _open_log(path: Path) -> tuple[int, int]:
    with contextlib.suppress(OSError):
        if path.stat().st_size > LARGEST_LOG_BYTES:
            path.replace(path.with_suffix(".old.log"))
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    return fd, os.fstat(fd).st_size


async def _pid_ended(popen: subprocess.Popen[bytes]) -> None:
    try:
        fd = os.pidfd_open(popen.pid)
    except (AttributeError, OSError):  # macOS, or Linux before 5.3
        while popen.poll() is None:  # noqa: ASYNC110 - the kernel has no event for us here
            await asyncio.sleep(_POLL_S)
        return
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    loop.add_reader(fd, _end, ended)
    try:
        await ended
    finally:
        loop.remove_reader(fd)
        os.close(fd)


def _end(ended: asyncio.Future[None]) -> None:
    if not ended.done():
        ended.set_result(None)
