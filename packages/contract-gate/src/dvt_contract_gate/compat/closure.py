"""Everything that a schema reaches through references."""

from collections.abc import Iterator, Mapping
from urllib.parse import urldefrag

from dvt_contracts.base import JsonValue

from dvt_contract_gate.references import Schemas, absolute


def closure(schemas: Schemas, name: str) -> dict[str, Mapping[str, JsonValue]]:
    """The schema with this `$id` and all that it refers to, however far."""
    found: dict[str, Mapping[str, JsonValue]] = {}
    waiting = [name]
    while waiting:
        at = waiting.pop()
        if at in schemas and at not in found:
            found[at] = schemas[at]
            waiting += [urldefrag(absolute(at, reference))[0] for reference in _references(schemas[at])]
    return found


def _references(node: JsonValue) -> Iterator[str]:
    if isinstance(node, Mapping):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield reference
    inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list | tuple) else ()
    for item in inner:
        yield from _references(item)
