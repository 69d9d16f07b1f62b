"""Typed access to JSON documents whose form their schema has proven."""

import json
from pathlib import Path
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Node: TypeAlias = "dict[str, Json]"


def read(path: Path) -> Node:
    """Read a JSON file that holds an object."""
    return as_node(json.loads(path.read_text("utf-8")))


def as_node(value: Json) -> Node:
    """Return `value` as an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def nodes(value: Json) -> list[Node]:
    """Return the objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: Json) -> list[str]:
    """Return the strings of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def text(node: Node, key: str) -> str:
    """Return a string member; empty when it is missing."""
    value = node.get(key)
    return value if isinstance(value, str) else ""


def compact(value: Json) -> str:
    """Write a value on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
