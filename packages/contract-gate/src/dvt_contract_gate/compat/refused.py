"""Valid examples of releases that the schemas refuse now."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jsonschema_rs
from dvt_contracts.loader import BASE_ID

from dvt_contract_gate.compat.closure import closure
from dvt_contract_gate.compat.history import Release, releases
from dvt_contract_gate.compat.unsettled import unsettled
from dvt_contract_gate.document import Document
from dvt_contract_gate.examples import Target, example_of
from dvt_contract_gate.snapshot import family_of
from dvt_contract_gate.tree import Tree


@dataclass(frozen=True, slots=True)
class Refused:
    """An example of a release that is refused.

    Shape: `name` below `examples`; `place` in the schema that refuses; `allowed` when the changelog tells of it.
    """

    release: Release
    name: str
    target: Target
    message: str
    place: tuple[str | int, ...]
    allowed: bool


@cache
def refused_examples(tree: Tree) -> tuple[Refused, ...]:
    """Judge the examples of all releases; those of unsettled schemas wait."""
    waiting = unsettled(tree)
    return tuple(
        found
        for release in releases(tree)
        if release.old.schemas != release.new.schemas
        for name in release.old.examples
        if family_of(name) == release.family
        and (found := _judge(tree, release, name))
        and f"{found.target.path}.json" not in waiting
    )


def _judge(tree: Tree, release: Release, name: str) -> Refused | None:
    target = example_of(Document(Path(), ""), name).target
    try:
        errors = tree.validator(target.reference).iter_errors(release.old.examples[name])
    except (ValueError, jsonschema_rs.ReferencingError):
        return None  # the schema is gone: GATE-COMPAT-SHAPE tells
    for error in errors:
        path = list(error.schema_path)
        place = tuple(path[: path.index("$ref")] if "$ref" in path else path)
        return Refused(release, name, target, error.message, place, all_told(release, f"{target.path}.json"))
    return None


def all_told(release: Release, path: str) -> bool:
    """Whether a schema may refuse what it took: below 1.0, when the changelog tells of all changes in its reach."""
    before, after = (closure(state.schemas, BASE_ID + path) for state in (release.old, release.new))
    changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    return not release.promised and all(release.allows(name.removeprefix(BASE_ID)) for name in changed)
