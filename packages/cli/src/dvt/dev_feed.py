"""What `dvt dev` shows: the ends of two growing files, a line each in the words of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from dvt.paint import one_line

_QUIET: Final = frozenset({"event", "timestamp", "level", "logger", "exception"})


class Feed:
    """New whole lines of a file that another process appends to; a file that was replaced is begun anew."""

    def __init__(self, path: Path, text_of: Callable[[str], str | None]) -> None:
        """Begin at the end of what is there now."""
        self._path = path
        self._text_of = text_of
        self._at = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def new(self) -> Iterator[str]:
        """Texts of the lines since the last look."""
        try:
            if self._path.stat().st_size < self._at:
                self._at, self._rest = 0, b""
            with self._path.open("rb") as file:
                file.seek(self._at)
                content = file.read()
        except FileNotFoundError:
            return
        self._at += len(content)
        *lines, self._rest = (self._rest + content).split(b"\n")
        for line in lines:
            text = self._text_of(line.decode("utf-8", "replace"))
            if text:
                yield text


def log_text(line: str) -> str | None:
    """A line of the host's log: time, level, what, details."""
    entry = _object(line)
    if entry is None:
        return one_line(line) or None
    details = " ".join(f"{name}={value}" for name, value in entry.items() if name not in _QUIET)
    text = (
        f"{str(entry.get('timestamp', ''))[11:23]}  host  {entry.get('level', '')}: {entry.get('event', '')} {details}"
    )
    if "exception" in entry:
        text = f"{text.rstrip()} ({str(entry['exception']).strip().splitlines()[-1]})"
    return one_line(text.rstrip())


def event_text(line: str) -> str | None:
    """A delivered event: time, run, type, subject."""
    entry = _object(line)
    data = entry.get("data") if entry else None
    if not isinstance(data, Mapping):
        return None
    subject = data.get("stepId") or data.get("signalId") or f"{data.get('planId')} {data.get('planVersion')}"
    attempt = data.get("logicalAttemptId", 1)
    tries = f" attempt {attempt}" if isinstance(attempt, int) and attempt > 1 else ""
    run = str(data.get("runId", ""))
    return one_line(f"{str(data.get('emittedAt', ''))[11:23]}  {run}  {data.get('eventType')}  {subject}{tries}")


def _object(line: str) -> Mapping[str, object] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, Mapping) else None
