"""Colours of a terminal, without a library: statuses and little else."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Colour: TypeAlias = Literal["red", "green", "yellow", "blue", "cyan", "dim", "bold"]
_CODES: Final[dict[Colour, int]] = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "blue": 34, "cyan": 36}
STATUS: Final[dict[str, Colour]] = {
    "PENDING": "dim",
    "RUNNING": "blue",
    "PAUSED": "yellow",
    "COMPLETED": "green",
    "SUCCEEDED": "green",
    "FAILED": "red",
    "CANCELLED": "yellow",
    "SKIPPED": "dim",
    "ok": "green",
    "warn": "yellow",
    "fail": "red",
}


def paint(text: str, colour: Colour | None, *, on: bool) -> str:
    """Colour a text where colours are on."""
    return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if on and colour else text


def paint_status(text: str, *, on: bool) -> str:
    """Colour a text by the status that it begins with."""
    return paint(text, STATUS.get(text.split("/", maxsplit=1)[0].strip()), on=on)


def one_line(text: str) -> str:
    """Text of somebody else on one line: control characters are shown, never sent to the terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
