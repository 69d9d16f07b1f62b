"""What to do about a value that misses a schema: what is known, what is allowed, what may have been meant."""

from collections.abc import Mapping, Sequence
from typing import Final

import jsonschema_rs
from dvt_contracts.base import JsonObject, JsonValue

from dvt_engine_core.plan.spelling import did_you_mean, listed

_MOST_NAMES: Final = 3


def schema_hint(error: jsonschema_rs.ValidationError, schema: JsonObject, *, noun: str) -> str | None:
    """What to do about `error`, found by `schema`; None where the schema tells nothing.

    Shape: `noun` is what the members of the schema are called, in the singular. A schema that the error reached
    through a `$ref` to elsewhere gives no description.
    """
    details = error.kind.as_dict()
    rule = _rule(schema, tuple(error.schema_path)[:-1])
    match error.kind.name:
        case "additionalProperties":
            return _unknown([str(name) for name in details["unexpected"]], _members(rule), noun)
        case "required":
            return _missing(str(details["property"]), rule, error.instance, noun)
        case "enum":
            options = [str(option) for option in details["options"]]
            return did_you_mean(str(error.instance), options) or f"one of: {listed(options)}"
        case "type":
            return f"give {_named_types([str(name) for name in details['types']])}{_meaning(rule)}"
        case _:
            return _meaning(rule).removeprefix(": ") or None


def _rule(schema: JsonObject, path: Sequence[str | int]) -> Mapping[str, JsonValue]:
    """The part of a schema that a path leads to; empty where it leads out of it."""
    node: JsonValue = schema
    for part in path:
        inside = part in node if isinstance(node, Mapping) else isinstance(node, list) and part in range(len(node))
        if not inside:
            return {}
        node = node[part]  # type: ignore[index]  # it is inside
    return node if isinstance(node, Mapping) else {}


def _members(rule: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    members = rule.get("properties")
    return members if isinstance(members, Mapping) else {}


def _unknown(names: Sequence[str], members: Mapping[str, JsonValue], noun: str) -> str:
    near = [hint for name in names[:_MOST_NAMES] if (hint := did_you_mean(name, members))]
    return "; ".join([*near, f"known {noun}s: {listed(members)}"])


def _missing(name: str, rule: Mapping[str, JsonValue], given: object, noun: str) -> str:
    members = _members(rule)
    strangers = [key for key in given if key not in members] if isinstance(given, Mapping) else []
    near = did_you_mean(name, strangers)
    member = members.get(name)
    meaning = _meaning(member if isinstance(member, Mapping) else {})
    instead = near.replace("did you mean", "is it").rstrip("?") + "?; " if near else ""
    return f"{instead}add the {noun} {name!r}{meaning}"


def _named_types(names: Sequence[str]) -> str:
    return " or ".join(f"an {name}" if name[:1] in "aeio" else f"a {name}" for name in names)


def _meaning(rule: Mapping[str, JsonValue]) -> str:
    said = rule.get("description")
    return f": {said}" if isinstance(said, str) else ""
