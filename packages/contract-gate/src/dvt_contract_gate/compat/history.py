"""The contracts as they are against every release that they promise to keep."""

from dataclasses import dataclass
from functools import cache

from dvt_contract_gate.baselines import bundles, digest, family_versions, ledger, load
from dvt_contract_gate.changelog import names_schema, told_since
from dvt_contract_gate.snapshot import Snapshot, family_of, snapshot_of
from dvt_contract_gate.tree import Tree


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one family, beside what the contracts are now.

    Shape: `old` and `new` hold all families, so that references can be followed.
    """

    family: str
    version: str
    old: Snapshot
    new: Snapshot
    told: tuple[str, ...]

    @property
    def promised(self) -> bool:
        """Whether breaking changes need a new major: from 1.0 on."""
        return not self.version.startswith("0.")

    def allows(self, path: str) -> bool:
        """Whether the changelog tells of a change of this schema since the release."""
        return any(names_schema(entry, path) for entry in self.told)


@cache
def releases(tree: Tree) -> tuple[Release, ...]:
    """The releases that each family must be held against: all minors of its newest major."""
    new = snapshot_of(tree, "now")
    families = sorted({path.stem for path in (tree.contracts / "baselines").glob("*/*.json")})
    loaded: dict[str, Snapshot] = {}
    found: list[Release] = []
    for family in families:
        there = family_versions(tree.contracts, family)
        major = there[-1].partition(".")[0]
        for version in there:
            if version.partition(".")[0] == major and _as_released(tree, version):
                told = tuple(told_since(tree.contracts, version))
                if version not in loaded:
                    loaded[version] = load(tree.contracts, version)
                found.append(Release(family, version, loaded[version], new, told))
    return tuple(found)


def _as_released(tree: Tree, version: str) -> bool:
    """Whether the bundles of a release are those of the ledger; edited ones prove nothing, GATE-BASELINE tells."""
    entries = ledger(tree.contracts)
    paths = [path for path in bundles(tree.contracts) if path.parent.name == version]
    return all(entries.get(f"{version}/{path.name}") == digest(path) for path in paths)


def changed_schemas(release: Release) -> list[str]:
    """The `$id`s of the family's schemas that are other text than in the release."""
    known = release.old.schemas.keys() | release.new.schemas.keys()
    names = {name for name in known if family_of(name) == release.family}
    return sorted(name for name in names if release.old.schemas.get(name) != release.new.schemas.get(name))
