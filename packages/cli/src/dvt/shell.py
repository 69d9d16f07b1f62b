"""What every command is given: the global flags, the configuration, and the two streams it may write to."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from dvt.config import Settings


@dataclass(frozen=True)
class Shell:
    """One call of `dvt`. Results go to standard output, everything else to standard error."""

    quiet: bool = False
    colour_wanted: bool = True
    debug: bool = False
    home: Path | None = None
    tenant: str | None = None
    closed: list[TextIO] = field(default_factory=list)

    @cached_property
    def settings(self) -> Settings:
        """The configuration. Raises: ContractError [CONFIG_INVALID]."""
        from dvt.config import load_settings

        flags = {"home": self.home, "tenant": self.tenant}
        return load_settings({name: value for name, value in flags.items() if value is not None})

    def out(self, text: str) -> None:
        """Print a result."""
        self._print(sys.stdout, text)

    def out_bytes(self, content: bytes) -> None:
        """Print the bytes of a result."""
        if sys.stdout in self.closed:
            return
        try:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            self.closed.append(sys.stdout)

    def note(self, text: str) -> None:
        """Tell a person what happens; silent with --quiet."""
        if not self.quiet:
            self._print(sys.stderr, text)

    def warn(self, text: str) -> None:
        """Tell a person what they must not miss."""
        self._print(sys.stderr, text)

    def live(self) -> bool:
        """Whether progress may move about on the screen."""
        return not self.quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def colour(self, stream: TextIO) -> bool:
        """Whether a stream takes colours."""
        return self.colour_wanted and not os.environ.get("NO_COLOR") and stream.isatty()

    def _print(self, stream: TextIO, text: str) -> None:
        """Write a line; a reader that has gone away is no failure of ours."""
        if stream in self.closed:
            return
        try:
            stream.write(text if text.endswith("\n") else f"{text}\n")
            stream.flush()
        except BrokenPipeError:
            self.closed.append(stream)
