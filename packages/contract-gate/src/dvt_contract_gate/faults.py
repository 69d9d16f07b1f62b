"""Why a schema refuses a document: the faults, with unions judged by the member that tells their options apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import jsonschema_rs
from dvt_contracts.base import JsonValue
from dvt_contracts.loader import BASE_ID
from dvt_engine_core.plan.pointer import pointer

from dvt_contract_gate.references import resolve
from dvt_contract_gate.tree import Tree

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """One keyword that a document breaks.

    Shape: `detail` is the missing or unexpected member or the limit, as text.
    """

    keyword: str
    at: Path
    detail: str

    def __str__(self) -> str:
        where = pointer(self.at) or "the top"
        return f"{self.keyword} {self.detail}".strip() + f" at {where}"


def faults_of(tree: Tree, reference: str, value: JsonValue) -> list[SchemaFault]:
    """All faults of a document. Raises: ValueError if the reference names nothing."""
    schemas = {BASE_ID + path: document.members for path, document in tree.schemas.items()}
    found = resolve(schemas, BASE_ID, reference)
    base, node = found or ("", {})
    told = node.get("discriminator")
    if isinstance(told, Mapping) and isinstance(value, Mapping):
        name, mapping = str(told.get("propertyName")), told.get("mapping")
        chosen = mapping.get(str(value.get(name))) if isinstance(mapping, Mapping) else None
        if not isinstance(chosen, str):
            return [SchemaFault("discriminator", (name,), str(value.get(name, "missing")))]
        found_there = faults_of(tree, _option(base, chosen), value)
        options = mapping.values() if isinstance(mapping, Mapping) else ()
        others = [_option(base, str(other)) for other in options if other != chosen]
        if found_there and any(_only_named_otherwise(tree, other, value, name) for other in others):
            return [SchemaFault("discriminator", (name,), str(value.get(name)))]
        return found_there
    faults = list(_plain(tree, reference, value))
    misnamed = {fault.at[:-1] for fault in faults if fault.keyword == "const" and fault.at}
    # what says which shape it is says another one: the faults beside it follow from that
    return [fault for fault in faults if fault.keyword == "const" or not any(_inside(fault.at, at) for at in misnamed)]


def _inside(at: Path, around: Path) -> bool:
    return at[: len(around)] == around


def _only_named_otherwise(tree: Tree, option: str, value: JsonValue, name: str) -> bool:
    """Whether a document is one of another option, but for the member that tells them apart."""
    return all(fault.at == (name,) for fault in _plain(tree, option, value))


def _option(base: str, reference: str) -> str:
    if reference.startswith("#"):
        return base.removeprefix(BASE_ID) + reference
    folder = base.removeprefix(BASE_ID).rpartition("/")[0]
    return f"{folder}/{reference}"


def _plain(tree: Tree, reference: str, value: JsonValue) -> Iterator[SchemaFault]:
    for error in tree.validator(reference).iter_errors(value):
        yield SchemaFault(_KEYWORDS.get(error.kind.name, error.kind.name), tuple(error.instance_path), _detail(error))


def _detail(error: jsonschema_rs.ValidationError) -> str:
    match error.kind.as_dict():
        case {"property": name}:
            return str(name)
        case {"unexpected": list(names)}:
            return ", ".join(map(str, names))
        case {"limit": limit}:
            return str(limit)
        case _:
            return ""


#: `maxProperties: 0` and `additionalProperties: false` say the same of an empty object
_KEYWORDS = {"falseSchema": "additionalProperties", "maxProperties": "additionalProperties"}
