"""Instances of a schema drawn by Hypothesis, and small changes that may break them.

Knows the keywords that the contracts use; drawn values may miss what it does not know, so judge them before use.
"""

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from dvt_contracts.base import JsonValue
from hypothesis import strategies as st

from dvt_contract_gate.references import Schemas, absolute, resolve

Node: TypeAlias = dict[str, Any]
Holder: TypeAlias = dict[str, Any] | list[Any]
#: The file that a node stands in, and the schemas that it may refer to.
Base: TypeAlias = tuple[str, Schemas]
TEXT: Final = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
#: Numbers that are integers are drawn as integers: how the models see 1.0 is a test of its own.
SCALARS: Final = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.sampled_from([0.5, -1.25, 1e-9, 1.5e300])
)
VALUES: Final = st.recursive(
    SCALARS | st.text(TEXT, max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(TEXT, max_size=5), children, max_size=3),
    max_leaves=6,
)
ODD: Final = st.sampled_from(
    [None, True, False, 0, -1, 1, 2**31, 2**53 - 1, 0.5, "", "x", "0.1", "RUNNING", "a\n", "é", [], [1], {}, {"a": 1}]
).map(copy.deepcopy)
#: Common patterns, drawn faster than from_regex does.
_PATTERNS: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "^[0-9a-f]{64}$": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "^[A-Za-z0-9_.-]{1,128}$": st.text("ABzx09_.-", min_size=1, max_size=12),
}
_OPEN: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "JsonValue": VALUES,
    "JsonObject": st.dictionaries(st.text(TEXT, max_size=5), VALUES, max_size=3),
    "Empty": st.just({}),
}


def instances(reference: str, among: Schemas) -> st.SearchStrategy[JsonValue]:
    """Valid instances of what an absolute reference names.

    Shape: `among` holds schemas by `$id`.
    Raises: LookupError if nothing is there; TypeError, also while drawing, for a form that it does not know.
    """
    file, _, fragment = reference.partition("#")
    if file.endswith("/glossary/v1/json.json"):
        return _OPEN[fragment.removeprefix("/$defs/")]
    found = resolve(among, file, reference)
    if found is None:
        raise LookupError(reference)
    return _of(dict(found[1]), (file, among))


def _of(node: Node, path: Base) -> st.SearchStrategy[Any]:
    match node:
        case {"$ref": str(target)}:
            return st.deferred(lambda: instances(absolute(path[0], target), path[1]))
        case {"const": value}:
            return st.just(value)
        case {"enum": values}:
            return st.sampled_from(values)
        case {"oneOf": list(options)}:
            return st.one_of([_of(option, path) for option in options])
        case {"type": list(kinds)}:
            return st.one_of([_of({**node, "type": kind}, path) for kind in kinds])
        case {"type": str(kind)}:
            return _FORMS[kind](node, path)
        case _:
            raise TypeError(node)


def _string(node: Node, _: Base) -> st.SearchStrategy[Any]:
    if "pattern" in node:
        if node["pattern"] in _PATTERNS:
            return _PATTERNS[node["pattern"]]
        limit = node.get("maxLength", 10_000)
        return st.from_regex(re.compile(node["pattern"]), fullmatch=True).filter(lambda text: len(text) <= limit)
    return st.text(TEXT, min_size=node.get("minLength", 0), max_size=min(node.get("maxLength", 20), 20))


def _array(node: Node, path: Base) -> st.SearchStrategy[Any]:
    return st.lists(_of(node["items"], path), min_size=node.get("minItems", 0), max_size=node.get("minItems", 0) + 2)


def _object(node: Node, path: Base) -> st.SearchStrategy[Any]:
    more = node.get("additionalProperties")
    if isinstance(more, dict):
        names = _string(node.get("propertyNames", {}), path)
        return st.dictionaries(names, _of(more, path), max_size=3)
    properties = {name: _of(rule, path) for name, rule in node.get("properties", {}).items()}
    required = {name: strategy for name, strategy in properties.items() if name in node.get("required", ())}
    optional = {name: strategy for name, strategy in properties.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


_FORMS: Final[Mapping[str, Callable[[Node, Base], st.SearchStrategy[Any]]]] = {
    "string": _string,
    "array": _array,
    "object": _object,
    "boolean": lambda _node, _path: st.booleans(),
    "null": lambda _node, _path: st.none(),
    "number": lambda _node, _path: st.sampled_from([0.5, -1.25, 3, 1e-9]),
    "integer": lambda node, _path: st.integers(node.get("minimum"), node.get("maximum")),
}


@st.composite
def changed(draw: st.DrawFn, originals: st.SearchStrategy[Any]) -> object:
    """An instance with one or two small changes: a member lost, added, renamed or replaced."""
    value = copy.deepcopy(draw(originals))
    for _ in range(draw(st.integers(1, 2))):
        holders = list(_holders(value))
        if not holders:
            return draw(ODD)
        holder = draw(st.sampled_from(holders))
        _change(holder, draw)
    return value


def _holders(value: object) -> list[Holder]:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    found = [holder for item in inner for holder in _holders(item)]
    return [value, *found] if isinstance(value, dict | list) else found


def _change(holder: Holder, draw: st.DrawFn) -> None:
    what = draw(st.sampled_from(["lose", "add", "rename", "replace"])) if holder else "add"
    if isinstance(holder, list):
        at = draw(st.integers(0, max(0, len(holder) - 1)))
        holder[at : at + (what != "add")] = [] if what == "lose" else [draw(ODD)]
    elif what == "add":
        holder[draw(st.sampled_from(["extra", "Extra", "$input", "run_id"]))] = draw(ODD)
    else:
        name = draw(st.sampled_from(list(holder)))
        value = holder.pop(name)
        if what == "rename":
            holder[re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name)] = value
        elif what == "replace":
            holder[name] = draw(ODD)
