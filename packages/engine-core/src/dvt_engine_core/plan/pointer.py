"""JSON Pointers (RFC 6901): writing them, reading through them, and finding their place in a text."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dvt_contracts.base import JsonValue

MAX_POINTER: Final = 4096
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_LEXEME: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class PointerError(LookupError):
    """Nothing is where the pointer points."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text, both from 1."""

    line: int
    column: int


def pointer(parts: Iterable[str | int]) -> str:
    """Write a path as a JSON Pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def bounded(text: str) -> str:
    """The pointer, or that of the nearest ancestor whose pointer fits into a fault; names may be of any length."""
    while len(text) > MAX_POINTER:
        text = text.rpartition("/")[0]
    return text


def parts_of(text: str) -> list[str]:
    """Reference tokens of a JSON Pointer, unescaped."""
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def look(value: JsonValue, text: str) -> JsonValue:
    """The value that a pointer names inside `value`.

    Raises: PointerError if there is none.
    Source: RFC 6901, without `-`.
    """
    for part in parts_of(text):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list | tuple) and _INDEX.fullmatch(part) and int(part) < len(value):
            value = value[int(part)]
        else:
            raise PointerError(text)
    return value


@dataclass(slots=True)
class _Container:
    path: str
    is_object: bool
    index: int = 0
    key: str | None = None

    def child(self) -> str:
        return f"{self.path}/{self.key if self.is_object else self.index}"


@dataclass(frozen=True, slots=True)
class Scan:
    """Where the values of a JSON text begin, by pointer; members are placed at their key, the first of equal ones."""

    places: dict[str, Place]
    duplicates: list[tuple[str, Place]]


def scan(text: str) -> Scan:
    """Find the place of every value of a JSON text, in one pass and without recursion.

    Shape: any text; what cannot be read is left out.
    """
    found = Scan({"": Place(1, 1)}, [])
    stack: list[_Container] = []
    line, line_start, scanned = 1, 0, 0
    for lexeme in _LEXEME.finditer(text):
        newlines = text.count("\n", scanned, lexeme.start())
        if newlines:
            line, line_start = line + newlines, text.rindex("\n", scanned, lexeme.start()) + 1
        scanned = lexeme.start()
        _take(lexeme.group(), Place(line, lexeme.start() - line_start + 1), stack, found)
    return found


def _take(lexeme: str, place: Place, stack: list[_Container], found: Scan) -> None:
    top = stack[-1] if stack else None
    match lexeme:
        case "}" | "]":
            if stack:
                stack.pop()
        case ",":
            if top:
                top.index, top.key = top.index + 1, None
        case ":":
            pass
        case _ if top and top.is_object and top.key is None:
            top.key = _unquote(lexeme).replace("~", "~0").replace("/", "~1")
            if top.child() in found.places:
                found.duplicates.append((top.child(), place))
            found.places.setdefault(top.child(), place)
        case _:
            path = top.child() if top else ""
            found.places.setdefault(path, place)
            if lexeme in "{[":
                stack.append(_Container(path, lexeme == "{"))


def _unquote(lexeme: str) -> str:
    try:
        return str(json.loads(lexeme))
    except ValueError:
        return lexeme.strip('"')
