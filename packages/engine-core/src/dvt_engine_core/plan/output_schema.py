"""Where a JSON Schema lets a pointer find something: a sound no, never a guessed one.

A verdict of "nothing there" is given only where every value that fits the schema has nothing there. What would need
patterns, conditions or schemas elsewhere counts as possible.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dvt_contracts.base import JsonValue

from dvt_engine_core.plan.pointer import parts_of
from dvt_engine_core.plan.spelling import did_you_mean, listed

#: Schema nodes looked at for one pointer; beyond it the pointer counts as possible, so that judging stays linear.
MAX_VISITS: Final = 128
_MAX_VALUES: Final = 16
_MAX_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why a pointer finds nothing: the part of it that leads nowhere, and what is known at that place."""

    part: str
    why: str
    known: Collection[str] = ()

    @property
    def hint(self) -> str | None:
        """What may have been meant."""
        return did_you_mean(self.part, self.known) or (f"the schema has: {listed(self.known)}" if self.known else None)


@dataclass(slots=True)
class _Walk:
    root: JsonValue
    parts: Sequence[str]
    visits: int = 0

    def at(self, schema: JsonValue, depth: int) -> Nothing | None:
        """Why the parts from `depth` on find nothing in a value that fits `schema`; None where they may."""
        self.visits += 1
        if schema is False:
            return Nothing(self.parts[max(0, depth - 1)], "the schema allows no value there")
        if depth == len(self.parts) or self.visits > MAX_VISITS or not isinstance(schema, Mapping):
            return None
        if "$id" in schema and schema is not self.root:
            return None  # there `#` stands for another schema
        return self._here(schema, depth) or self._referred(schema, depth) or self._composed(schema, depth)

    def _here(self, schema: Mapping[str, JsonValue], depth: int) -> Nothing | None:
        """What the schema says itself: objects may have the member, or arrays the item."""
        part = self.parts[depth]
        types = _types(schema)
        inside_object = self._member(schema, depth) if "object" in types else Nothing(part, "it is no object")
        if inside_object is None:
            return None
        inside_array = self._item(schema, depth) if "array" in types else Nothing(part, "it is no array")
        if inside_array is None:
            return None
        if "object" in types:
            return inside_object
        if "array" in types:
            return inside_array
        return Nothing(part, f"it is {' or '.join(types) or 'nothing'}, which has no parts")

    def _member(self, schema: Mapping[str, JsonValue], depth: int) -> Nothing | None:
        part = self.parts[depth]
        declared = schema.get("properties")
        members = declared if isinstance(declared, Mapping) else {}
        if part in members:
            return self.at(members[part], depth + 1)
        if "patternProperties" in schema:
            return None
        others = schema.get("additionalProperties", True)
        if others is False:
            return Nothing(part, f"it has no member {part!r}", members)
        return self.at(others, depth + 1)

    def _item(self, schema: Mapping[str, JsonValue], depth: int) -> Nothing | None:
        part = self.parts[depth]
        if not (part == "0" or (part.isascii() and part.isdigit() and part[0] != "0")):
            return Nothing(part, f"it is an array, and {part!r} is no index")
        most = schema.get("maxItems")
        index = int(part) if len(part) <= _MAX_DIGITS else None
        if isinstance(most, int) and (index is None or index >= most):
            return Nothing(part, f"it has at most {most} items")
        first = schema.get("prefixItems")
        if isinstance(first, list) and index is not None and index < len(first):
            return self.at(first[index], depth + 1)
        return self.at(schema.get("items", True), depth + 1)

    def _referred(self, schema: Mapping[str, JsonValue], depth: int) -> Nothing | None:
        target = schema.get("$ref")
        if not isinstance(target, str) or not (target == "#" or target.startswith("#/")):
            return None
        node: JsonValue = self.root
        for part in parts_of(target[1:]):
            self.visits += 1
            if not isinstance(node, Mapping) or part not in node or self.visits > MAX_VISITS:
                return None
            node = node[part]
        return self.at(node, depth)

    def _composed(self, schema: Mapping[str, JsonValue], depth: int) -> Nothing | None:
        every = schema.get("allOf")
        for branch in every[:MAX_VISITS] if isinstance(every, list) else ():
            found = self.at(branch, depth)
            if found or self.visits > MAX_VISITS:
                return found
        for keyword in ("anyOf", "oneOf"):
            branches = schema.get(keyword)
            refused: Nothing | None = None
            for branch in branches if isinstance(branches, list) else ():
                refused = self.at(branch, depth)
                if refused is None:
                    break
            if refused:
                return refused
        return None


def _types(schema: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """The types of the values that fit, as far as `type`, `const` and `enum` tell."""
    named = schema.get("type")
    types = (named,) if isinstance(named, str) else tuple(map(str, named)) if isinstance(named, list) else None
    if "const" in schema:
        fixed: Sequence[JsonValue] = [schema["const"]]
    elif isinstance(schema.get("enum"), list):
        fixed = schema["enum"]  # type: ignore[assignment]  # a list, as was asked
    else:
        return ("object", "array") if types is None else types
    if len(fixed) > _MAX_VALUES:
        return ("object", "array")
    return tuple(name for name in dict.fromkeys(map(_type_of, fixed)) if types is None or name in types)


def _type_of(value: JsonValue) -> str:
    match value:
        case Mapping():
            return "object"
        case list() | tuple():
            return "array"
        case str():
            return "string"
        case bool():
            return "boolean"
        case None:
            return "null"
        case _:
            return "number"


def nothing_at(schema: JsonValue, at: str) -> Nothing | None:
    """Why a pointer finds nothing in any value that fits `schema`; None where it may find something.

    Shape: `schema` a valid JSON Schema 2020-12; `at` a valid JSON Pointer. At most 128 nodes are looked at.
    Source: PLAN-023; RFC 6901; JSON Schema 2020-12.
    """
    parts = parts_of(at)
    return _Walk(schema, parts).at(schema, 0) if parts else None
