"""Comparing two sets of schemas, node by node, through references."""

from collections.abc import Iterator, Mapping
from typing import Final

from dvt_contracts.base import JsonValue
from dvt_contracts.loader import BASE_ID
from dvt_engine_core.canonical import canonical_text

from dvt_contract_gate.compat.change import BOTH, Change, Party
from dvt_contract_gate.compat.keywords import (
    REFUSED,
    UNKNOWN_TO_READERS,
    Place,
    Schema,
    bound_changes,
    default_changes,
    opaque_changes,
    type_changes,
    word_changes,
)
from dvt_contract_gate.compat.members import member_changes, openness, properties
from dvt_contract_gate.references import Schemas, absolute, resolve

_UNIONS: Final = ("oneOf", "anyOf")
#: Unions whose readers keep options that they do not know, by contract: events are read envelope first [EVENTS-007].
_TOLERANT: Final = frozenset({"events/v1/catalog.json"})
_PLAIN: Final = (type_changes, word_changes, bound_changes, default_changes, opaque_changes, member_changes)


def compare(old: Schemas, new: Schemas) -> list[Change]:
    """List every difference that matters to documents; descriptions, titles and examples do not.

    Shape: schemas by `$id`; the result is sorted by schema and place.
    """
    found: list[Change] = []
    for name in sorted(old.keys() | new.keys()):
        path = name.removeprefix(BASE_ID)
        if name not in new:
            found.append(
                Change(path, (), "removed", f"schema {path} is gone", BOTH, "nothing says this shape any more")
            )
        elif name not in old:
            found.append(Change(path, (), "added", f"schema {path} is new"))
        else:
            found += _Comparison(old, new, path).schema(name)
    return sorted(set(found), key=lambda change: (change.schema, str(change.parts), change.kind, change.message))


class _Comparison:
    """The comparison of one schema file; what it refers to elsewhere is compared there, unless the reference moved."""

    def __init__(self, old: Schemas, new: Schemas, path: str) -> None:
        self._old, self._new, self._path = old, new, path
        self._seen: set[tuple[str, str]] = set()

    def schema(self, name: str) -> Iterator[Change]:
        old, new = self._old[name], self._new[name]
        yield from self._nodes(name, old, name, new, ())
        before, after = _definitions(old), _definitions(new)
        for definition in before.keys() - after.keys():
            why = "what refers to it from elsewhere is broken"
            yield Change(self._path, ("$defs", definition), "removed", f"definition {definition} is gone", BOTH, why)
        for definition in after.keys() - before.keys():
            yield Change(self._path, ("$defs", definition), "added", f"definition {definition} is new")
        for definition in before.keys() & after.keys():
            yield from self._nodes(name, before[definition], name, after[definition], ("$defs", definition))

    def _nodes(
        self, old_base: str, old: Schema, new_base: str, new: Schema, parts: tuple[str | int, ...]
    ) -> Iterator[Change]:
        before, after = old.get("$ref"), new.get("$ref")
        if (
            isinstance(before, str)
            and isinstance(after, str)
            and absolute(old_base, before) == absolute(new_base, after)
        ):
            old, new = _without_reference(old), _without_reference(new)
        else:
            key = (canonical_text([old_base, dict(old)]), canonical_text([new_base, dict(new)]))
            if key in self._seen:
                return
            self._seen.add(key)
            old_base, old = _followed(self._old, old_base, old)
            new_base, new = _followed(self._new, new_base, new)
        place: Place = (self._path, parts)
        for changes in _PLAIN:
            yield from changes(place, old, new)
        yield from self._inner(old_base, old, new_base, new, parts)
        for keyword in _UNIONS:
            yield from self._union(keyword, (old_base, old), (new_base, new), parts)

    def _inner(
        self, old_base: str, old: Schema, new_base: str, new: Schema, parts: tuple[str | int, ...]
    ) -> Iterator[Change]:
        before, after = properties(old), properties(new)
        for name in before.keys() & after.keys():
            yield from self._nodes(old_base, before[name], new_base, after[name], (*parts, "properties", name))
        others = openness(old), openness(new)
        if isinstance(others[0], Mapping) and isinstance(others[1], Mapping):
            yield from self._nodes(old_base, others[0], new_base, others[1], (*parts, "additionalProperties"))
        for keyword in ("items", "propertyNames"):
            inner, outer = old.get(keyword, {}), new.get(keyword, {})
            if isinstance(inner, Mapping) and isinstance(outer, Mapping) and (inner or outer):
                yield from self._nodes(old_base, inner, new_base, outer, (*parts, keyword))

    def _union(
        self, keyword: str, old: tuple[str, Schema], new: tuple[str, Schema], parts: tuple[str | int, ...]
    ) -> Iterator[Change]:
        before, after = _options(keyword, *old), _options(keyword, *new)
        place: Place = (self._path, (*parts, keyword))
        if not before and not after:
            return
        if not before or not after:
            yield Change(*place, "changed", f"{keyword} is another", why="containment decides", undecided=True)
            return
        for name in before.keys() - after.keys():
            yield Change(*place, "option-removed", f"option {_short(name)} is gone", (Party.PRODUCERS,), REFUSED)
        for name in after.keys() - before.keys():
            broken = () if self._path in _TOLERANT else (Party.CONSUMERS,)
            why = UNKNOWN_TO_READERS if broken else "readers keep types that they do not know"
            yield Change(*place, "option-added", f"option {_short(name)} is new", broken, why)
        for at, name in enumerate(after):
            if name in before:
                yield from self._nodes(old[0], before[name], new[0], after[name], (*parts, keyword, at))


def _definitions(schema: Schema) -> Mapping[str, Schema]:
    found = schema.get("$defs")
    named = found if isinstance(found, Mapping) else {}
    return {name: item for name, item in named.items() if isinstance(item, Mapping)}


def _without_reference(node: Schema) -> dict[str, JsonValue]:
    return {key: value for key, value in node.items() if key != "$ref"}


def _followed(schemas: Schemas, base: str, node: Schema) -> tuple[str, Schema]:
    """A node with what it refers to written in; a reference to nothing is left as it is."""
    reference = node.get("$ref")
    found = resolve(schemas, base, reference) if isinstance(reference, str) else None
    if found is None:
        return base, node
    inner_base, inner = _followed(schemas, *found)
    return inner_base, {**inner, **_without_reference(node)}


def _options(keyword: str, base: str, schema: Schema) -> dict[str, Schema]:
    listed = schema.get(keyword)
    options = [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list | tuple) else []
    return {_option_name(base, option): option for option in options}


def _option_name(base: str, option: Schema) -> str:
    """What tells an option from the others: its reference, its title, or its whole text."""
    reference = option.get("$ref")
    if isinstance(reference, str):
        return absolute(base, reference)
    return str(option.get("title") or canonical_text(dict(option)))


def _short(name: str) -> str:
    return name.removeprefix(BASE_ID)
