"""Schemas whose change against a release is not settled yet: what follows from it is told afterwards, not at once."""

from functools import cache

from dvt_contracts.loader import BASE_ID

from dvt_contract_gate.compat.change import Change
from dvt_contract_gate.compat.closure import closure
from dvt_contract_gate.compat.compare import compare
from dvt_contract_gate.compat.history import Release, changed_schemas, releases
from dvt_contract_gate.snapshot import family_of
from dvt_contract_gate.tree import Tree


@cache
def shape_changes(tree: Tree) -> tuple[tuple[Release, Change, bool], ...]:
    """Every change of every family against its releases, and whether it is settled: allowed, and told."""
    return tuple(
        (release, change, release.allows(change.schema) and not (change.breaking and release.promised))
        for release in releases(tree)
        if changed_schemas(release)
        for change in compare(release.old.schemas, release.new.schemas)
        if family_of(change.schema) == release.family
    )


@cache
def unsettled(tree: Tree) -> frozenset[str]:
    """Paths, with `.json`, of the schemas that have an unsettled change, or refer to one that has."""
    changed = {BASE_ID + change.schema for _, change, settled in shape_changes(tree) if not settled}
    if not changed:
        return frozenset()
    schemas = {BASE_ID + path: document.members for path, document in tree.schemas.items()}
    return frozenset(name.removeprefix(BASE_ID) for name in schemas if changed & closure(schemas, name).keys())
