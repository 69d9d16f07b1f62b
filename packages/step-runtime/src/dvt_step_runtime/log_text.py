"""Text that is safe to show, and names that are safe as files."""

import re
from collections.abc import Iterator
from typing import Final

_LONGEST: Final = 16_384
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-.[]")


def _escape(found: re.Match[str]) -> str:
    char = found.group()
    return f"\\x{ord(char):02x}" if char.isascii() else char.encode("ascii", "backslashreplace").decode()


def shown(text: str) -> str:
    """Escape what could steer a terminal, hide text or begin a line; a tab stays.

    Source: security table, row 27.
    """
    return _UNSAFE.sub(_escape, text)


def lines_of(text: str) -> Iterator[str]:
    """Lines of a text, escaped; a long one continues on the next."""
    text = text.removesuffix("\n")
    for line in text.split("\n"):
        safe = shown(line.removesuffix("\r"))
        yield safe[:_LONGEST]
        for start in range(_LONGEST, len(safe), _LONGEST):
            yield safe[start : start + _LONGEST]


def tail_of(text: str, lines: int) -> str:
    """The last lines of a text."""
    return "".join(text.splitlines(keepends=True)[-lines:]) if lines > 0 else ""


def file_name(word: str) -> str:
    """A name for a tenant, run or step: never a path, and different where letter case does not count.

    Shape: an upper-case letter gets a `+` before it, and so does a leading dot. Over 240 characters the word stays
    as it is. Raises: ValueError for a word with other characters than ids have.
    """
    if not word or not _PLAIN.issuperset(word.lower()):
        raise ValueError(f"not an id: {word!r}")
    name = "".join(f"+{char.lower()}" if char.isupper() else char for char in word)
    name = f"+{name}" if name.startswith(".") else name
    return name if len(name) <= 240 else word  # noqa: PLR2004 - file systems end at 255 bytes


def word_of(name: str) -> str:
    """The word that `file_name` made a name of."""
    return re.sub(r"\+(.)", lambda found: found.group(1).upper(), name)
