"""The state of the contracts at one time: in a folder, in a baseline, or in a revision of the repository."""

from collections.abc import Mapping
from dataclasses import dataclass

from dvt_contracts.base import JsonValue
from dvt_contracts.loader import BASE_ID

from dvt_contract_gate.tree import Tree


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Contracts as values.

    Shape: `schemas` by `$id`; `examples` (valid ones) and `vectors` by their paths below their folders.
    """

    label: str
    schemas: Mapping[str, Mapping[str, JsonValue]]
    examples: Mapping[str, JsonValue]
    vectors: Mapping[str, JsonValue]


def snapshot_of(tree: Tree, label: str) -> Snapshot:
    """Read a folder."""
    base = tree.contracts
    return Snapshot(
        label,
        {BASE_ID + path: document.members for path, document in tree.schemas.items()},
        {
            example.document.path.relative_to(base / "examples").as_posix(): example.document.value
            for example in tree.examples
            if example.valid
        },
        {
            document.path.relative_to(base / "vectors").as_posix(): document.value
            for document in tree.documents("vectors")
        },
    )


def family_of(path: str) -> str:
    """The family of a path or `$id`."""
    return path.removeprefix(BASE_ID).partition("/")[0]
