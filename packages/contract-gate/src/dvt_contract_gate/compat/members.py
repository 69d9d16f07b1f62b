"""Comparing the members of an object: which there are, which are required, and whether others may come."""

from collections.abc import Iterator, Mapping

from dvt_contracts.base import JsonValue
from dvt_engine_core.canonical import canonical_text

from dvt_contract_gate.compat.change import BOTH, Change, Party
from dvt_contract_gate.compat.keywords import REFUSED, UNKNOWN_TO_READERS, Place, Schema

_NO_SHAPE = frozenset({"title", "description", "examples", "$comment"})


def properties(schema: Schema) -> Mapping[str, Schema]:
    """The named members."""
    found = schema.get("properties")
    named = found if isinstance(found, Mapping) else {}
    return {name: item for name, item in named.items() if isinstance(item, Mapping)}


def required(schema: Schema) -> frozenset[str]:
    """The names of the members that must be there."""
    listed = schema.get("required")
    return frozenset(map(str, listed)) if isinstance(listed, list | tuple) else frozenset()


def openness(schema: Schema) -> JsonValue:
    """What the schema says of other members; True where it says nothing."""
    return schema.get("additionalProperties", schema.get("unevaluatedProperties", True))


def member_changes(place: Place, old: Schema, new: Schema) -> Iterator[Change]:
    """Compare names and requirements; the members that both have are compared elsewhere."""
    path, parts = place
    before, after = properties(old), properties(new)
    renamed = _renamed(before, after)
    for name, other in renamed.items():
        here = (path, (*parts, "properties", other))
        yield Change(*here, "renamed", f"member {name} is called {other} now", BOTH, "who sends or awaits it is broken")
    for name in before.keys() - after.keys() - renamed.keys():
        here = (path, (*parts, "properties", name))
        told = BOTH if openness(new) is False else (Party.CONSUMERS,)
        yield Change(*here, "removed", f"member {name} is gone", told, "who sends or awaits it is broken")
    for name in after.keys() - before.keys() - required(new) - set(renamed.values()):
        here = (path, (*parts, "properties", name))
        why = "optional; update readers that refuse unknown members before anybody sends it"
        yield Change(*here, "added", f"member {name} is new and optional", (), why)
    for name in required(new) - required(old) - set(renamed.values()):
        here = (path, (*parts, "properties", name))
        new_member = "is new and required" if name not in before else "is required now"
        why = "documents without it are refused"
        yield Change(*here, "required", f"member {name} {new_member}", (Party.PRODUCERS,), why)
    for name in (required(old) - required(new)) & after.keys():
        here = (path, (*parts, "properties", name))
        why = "readers that count on it meet documents without it"
        yield Change(*here, "optional", f"member {name} is no longer required", (Party.CONSUMERS,), why)
    yield from _openness_changes(place, old, new)


def _openness_changes(place: Place, old: Schema, new: Schema) -> Iterator[Change]:
    before, after = openness(old), openness(new)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return
    if before is not False and after is False:
        yield Change(*place, "closed", "the object is closed now", (Party.PRODUCERS,), REFUSED)
    elif before is False and after is not False:
        yield Change(*place, "opened", "the object is open now", (Party.CONSUMERS,), UNKNOWN_TO_READERS)
    elif isinstance(after, Mapping):
        yield Change(*place, "narrowed", "other members must fit a schema now", (Party.PRODUCERS,), REFUSED)
    elif isinstance(before, Mapping):
        yield Change(*place, "widened", "other members may be anything now", (Party.CONSUMERS,), UNKNOWN_TO_READERS)


def _renamed(before: Mapping[str, Schema], after: Mapping[str, Schema]) -> dict[str, str]:
    """Members that went and came back under another name: those with one partner of the same shape."""
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    pairs = [(old, new) for old in sorted(gone) for new in sorted(come) if _shape(before[old]) == _shape(after[new])]
    olds, news = [old for old, _ in pairs], [new for _, new in pairs]
    return {old: new for old, new in pairs if olds.count(old) == news.count(new) == 1}


def _shape(schema: Schema) -> str:
    return canonical_text({key: value for key, value in schema.items() if key not in _NO_SHAPE})
