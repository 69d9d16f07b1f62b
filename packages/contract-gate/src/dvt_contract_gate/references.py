"""Following `$ref` between the schemas of a set."""

from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import urldefrag, urljoin

from dvt_contracts.base import JsonValue
from dvt_engine_core.plan.pointer import PointerError, look

Schemas: TypeAlias = Mapping[str, Mapping[str, JsonValue]]


def absolute(base: str, reference: str) -> str:
    """The absolute form of a reference that stands in the schema with `$id` `base`."""
    return urljoin(base, reference)


def resolve(schemas: Schemas, base: str, reference: str) -> tuple[str, Mapping[str, JsonValue]] | None:
    """Find what a reference names: the `$id` of its schema and the node; None when nothing is there."""
    file, fragment = urldefrag(absolute(base, reference))
    schema = schemas.get(file)
    if schema is None:
        return None
    try:
        node = look(schema, fragment)
    except PointerError:
        return None
    return (file, node) if isinstance(node, Mapping) else None
