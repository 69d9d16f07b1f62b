"""Reading JSON text strictly: UTF-8, no duplicate keys, no NaN, bounded size and depth, faults with their place."""

import json
from typing import Final, NoReturn

from dvt_contracts.base import MAX_DEPTH, JsonValue, canonical_fault
from dvt_contracts.models.errors.v1.fault import Fault

from dvt_engine_core.plan.pointer import bounded, scan

MAX_BYTES: Final = 4 * 1024 * 1024


class _DuplicateKeyError(ValueError):
    """An object has a key twice."""


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _depth(text: str) -> int:
    """Deepest nesting of brackets outside strings: found before a recursive parser could meet it."""
    deepest = depth = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            in_string, escaped = (escaped or char != '"'), (char == "\\" and not escaped)
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def read_json(content: bytes) -> tuple[JsonValue, tuple[Fault, ...]]:
    """Read JSON text.

    Shape: at most 4 MiB, depth at most 64; returns the value, or None and the faults.
    Source: security rows 23-24; RFC 7493.
    """
    if len(content) > MAX_BYTES:
        return None, (Fault(code="PLAN_TOO_LARGE", message=f"{len(content)} bytes are more than {MAX_BYTES}"),)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, (Fault(code="PLAN_NOT_JSON", message=f"not UTF-8 at byte {error.start}"),)
    if _depth(text) > MAX_DEPTH:
        return None, (Fault(code="PLAN_TOO_LARGE", message=f"nested deeper than {MAX_DEPTH}"),)
    try:
        value: JsonValue = json.loads(text, object_pairs_hook=_unique, parse_constant=_constant)
    except json.JSONDecodeError as error:
        return None, (Fault(code="PLAN_NOT_JSON", message=error.msg, line=error.lineno, column=error.colno),)
    except _DuplicateKeyError:
        return None, tuple(
            Fault(
                code="PLAN_DUPLICATE_KEY",
                message="the key occurs twice",
                pointer=bounded(path),
                line=place.line,
                column=place.column,
            )
            for path, place in scan(text).duplicates
        )
    except ValueError as error:
        return None, (Fault(code="PLAN_NOT_CANONICAL", message=str(error)),)
    fault = canonical_fault(value)
    return (None, (Fault(code="PLAN_NOT_CANONICAL", message=f"found {fault}"),)) if fault else (value, ())
