"""The first place where two JSON values differ."""

from collections.abc import Mapping

from dvt_contracts.base import JsonValue

from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.plan.pointer import bounded, pointer


def first_difference(a: JsonValue, b: JsonValue) -> str | None:
    """JSON Pointer of the first place where two values differ, members in order of their names; None where equal.

    Shape: values of canonical JSON, so 1 and 1.0 are equal; a pointer longer than 4,096 characters ends earlier.
    """
    if canonical_text(a) == canonical_text(b):
        return None
    path: list[str | int] = []
    while True:
        part = _part(a, b)
        if part is None:
            return bounded(pointer(path))
        path.append(part)
        if not (_has(a, part) and _has(b, part)):
            return bounded(pointer(path))
        a, b = a[part], b[part]  # type: ignore[index]  # both have the part


def _part(a: JsonValue, b: JsonValue) -> str | int | None:
    """The first member or item in which two differing values differ; None where they have none in common."""
    names: list[str | int] = []
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        names = sorted(a.keys() | b.keys())
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple):
        names = list(range(max(len(a), len(b))))
    for name in names:
        both = _has(a, name) and _has(b, name)
        if not both or canonical_text(a[name]) != canonical_text(b[name]):  # type: ignore[index]
            return name
    return None


def _has(value: JsonValue, part: str | int) -> bool:
    if isinstance(value, Mapping):
        return part in value
    return isinstance(value, list | tuple) and isinstance(part, int) and part < len(value)
