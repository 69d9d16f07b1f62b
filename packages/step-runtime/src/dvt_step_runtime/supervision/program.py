"""What is started under a guard, and how it ended."""

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """A program to start.

    Shape: file descriptors belong to the caller, who closes them after the start; `kept` are inherited as they are.
    """

    argv: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    stdin: int
    stdout: int
    stderr: int
    kept: tuple[int, ...] = ()

    def order(self) -> bytes:
        """The program in the guard's words."""
        assignments = (f"{name}={value}" for name, value in self.environment.items())
        words = (str(self.folder), str(len(self.argv)), *self.argv, *assignments)
        body = b"\0".join(map(os.fsencode, words))
        return b"%d:%s" % (len(body), body)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: an exit code or a signal; `left` counts processes that it left behind, killed by now."""

    exit_code: int | None
    signal_number: int | None
    left: int = 0

    def __str__(self) -> str:
        if self.signal_number is None:
            return f"exit code {self.exit_code}"
        with suppress(ValueError):
            return signal.Signals(self.signal_number).name
        return f"signal {self.signal_number}"


class CannotStartError(Exception):
    """The program cannot be started; `errno` says why."""

    def __init__(self, errno: int) -> None:
        super().__init__(os.strerror(errno))
        self.errno = errno
