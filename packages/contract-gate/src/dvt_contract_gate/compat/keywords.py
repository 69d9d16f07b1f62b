"""Comparing the keywords of one schema that limit a value by itself: types, words, bounds, defaults."""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from dvt_contracts.base import JsonValue
from dvt_engine_core.canonical import canonical_text

from dvt_contract_gate.compat.change import BOTH, Change, Party

Schema: TypeAlias = Mapping[str, JsonValue]
Place: TypeAlias = tuple[str, tuple[str | int, ...]]

_KINDS: Final = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
_FLOORS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_CEILINGS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
#: Keywords that are not compared one by one: containment or samples judge the whole schema.
_OPAQUE: Final = (
    "pattern format multipleOf uniqueItems not if then else contains minContains maxContains patternProperties "
    "dependentRequired dependentSchemas allOf prefixItems unevaluatedItems contentEncoding contentMediaType"
).split()
REFUSED: Final = "documents that were right are refused"
UNKNOWN_TO_READERS: Final = "readers of the old schema meet values that they refuse"


def _kinds(schema: Schema) -> frozenset[str]:
    told = schema.get("type")
    if told is None:
        return _KINDS
    kinds = {told} if isinstance(told, str) else set(map(str, told)) if isinstance(told, list | tuple) else set()
    return frozenset(kinds | ({"integer"} if "number" in kinds else set()))


def type_changes(place: Place, old: Schema, new: Schema) -> Iterator[Change]:
    """Compare `type`; an integer is a number."""
    before, after = _kinds(old), _kinds(new)
    was, now = old.get("type", "anything"), new.get("type", "anything")
    if before == after:
        return
    if not before & after:
        yield Change(*place, "type-changed", f"type was {was}, is {now}", BOTH, "no value fits both")
    elif after < before:
        yield Change(*place, "type-narrowed", f"type was {was}, is {now}", (Party.PRODUCERS,), REFUSED)
    elif before < after:
        yield Change(*place, "type-widened", f"type was {was}, is {now}", (Party.CONSUMERS,), UNKNOWN_TO_READERS)
    else:
        yield Change(*place, "type-changed", f"type was {was}, is {now}", BOTH, "some values fit only one of them")


def _words(schema: Schema) -> dict[str, JsonValue] | None:
    listed = [schema["const"]] if "const" in schema else schema.get("enum")
    return {canonical_text(word): word for word in listed} if isinstance(listed, list | tuple) else None


def word_changes(place: Place, old: Schema, new: Schema) -> Iterator[Change]:
    """Compare `enum` and `const`."""
    before, after = _words(old), _words(new)
    if before is None or after is None:
        if after is not None:
            message = f"only {', '.join(after)} is taken now"
            yield Change(*place, "enum-closed", message, (Party.PRODUCERS,), REFUSED)
        elif before is not None:
            message = f"more than {', '.join(before)} is taken now"
            yield Change(*place, "enum-opened", message, (Party.CONSUMERS,), UNKNOWN_TO_READERS)
        return
    for word in before.keys() - after.keys():
        yield Change(*place, "enum-shrunk", f"{word} is gone", (Party.PRODUCERS,), REFUSED)
    for word in after.keys() - before.keys():
        yield Change(*place, "enum-grown", f"{word} is new in a closed list", (Party.CONSUMERS,), UNKNOWN_TO_READERS)


def bound_changes(place: Place, old: Schema, new: Schema) -> Iterator[Change]:
    """Compare lower and upper limits."""
    for keyword in (*_FLOORS, *_CEILINGS):
        before, after = _limit(old, keyword), _limit(new, keyword)
        if before == after:
            continue
        message = f"{keyword} was {_told(before)}, is {_told(after)}"
        tighter = before is None or (after is not None and (after > before) is (keyword in _FLOORS))
        if tighter:
            yield Change(*place, "narrowed", message, (Party.PRODUCERS,), REFUSED)
        else:
            yield Change(*place, "widened", message, (Party.CONSUMERS,), UNKNOWN_TO_READERS)


def _limit(schema: Schema, keyword: str) -> float | None:
    value = schema.get(keyword)
    return value if isinstance(value, int | float) else None


def _told(limit: float | None) -> str:
    return "none" if limit is None else str(limit)


def default_changes(place: Place, old: Schema, new: Schema) -> Iterator[Change]:
    """Compare defaults: what an absent member means."""
    before, after = (canonical_text(schema["default"]) if "default" in schema else "none" for schema in (old, new))
    if before != after:
        message = f"default was {before}, is {after}"
        yield Change(*place, "default-changed", message, (Party.CONSUMERS,), "an absent member means something else")


def opaque_changes(place: Place, old: Schema, new: Schema) -> Iterator[Change]:
    """Tell of keywords that are not compared one by one."""
    for keyword in _OPAQUE:
        if _text(old, keyword) != _text(new, keyword):
            yield Change(
                *place, "changed", f"{keyword} is another", why="containment or samples decide", undecided=True
            )


def _text(schema: Schema, keyword: str) -> str:
    return canonical_text(schema[keyword]) if keyword in schema else ""
