"""Walking a schema: its subschemas and where they lie, never what examples or defaults hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dvt_contracts.base import JsonValue

_MAPS: Final = ("properties", "$defs", "patternProperties", "dependentSchemas")
_LISTS: Final = ("oneOf", "anyOf", "allOf", "prefixItems")
_SINGLE: Final = (
    "items additionalProperties unevaluatedProperties unevaluatedItems propertyNames contains not if then else".split()
)


@dataclass(frozen=True, slots=True)
class Node:
    """A subschema.

    Shape: `parts` leads to it from the top of its file; `keyword` is what holds it, empty at the top.
    """

    parts: tuple[str | int, ...]
    keyword: str
    schema: Mapping[str, JsonValue]

    @property
    def name(self) -> str:
        """The member's name, for a property or definition."""
        return str(self.parts[-1]) if self.parts else ""


def nodes(schema: Mapping[str, JsonValue], parts: tuple[str | int, ...] = (), keyword: str = "") -> Iterator[Node]:
    """Yield a schema and everything inside it, in document order."""
    yield Node(parts, keyword, schema)
    for key, value in schema.items():
        inner: list[tuple[tuple[str | int, ...], JsonValue]] = []
        if key in _MAPS and isinstance(value, Mapping):
            inner = [((key, name), item) for name, item in value.items()]
        elif key in _LISTS and isinstance(value, list | tuple):
            inner = [((key, at), item) for at, item in enumerate(value)]
        elif key in _SINGLE:
            inner = [((key,), value)]
        for where, item in inner:
            if isinstance(item, Mapping):
                yield from nodes(item, (*parts, *where), key)
