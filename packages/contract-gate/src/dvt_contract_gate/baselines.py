"""Released states of the contracts, frozen as one bundle per family, with a ledger of their hashes."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from dvt_contracts.base import JsonValue

from dvt_contract_gate.snapshot import Snapshot, family_of

LEDGER: Final = "ledger.json"


def bundles(contracts: Path) -> list[Path]:
    """All bundles of all releases, in a fixed order."""
    return sorted((contracts / "baselines").glob("*/*.json"))


def versions(contracts: Path) -> list[str]:
    """Released versions, oldest first."""
    found = {path.parent.name for path in bundles(contracts)}
    return sorted(found, key=_order)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


def family_versions(contracts: Path, family: str) -> list[str]:
    """Versions in which a family was released, oldest first."""
    return sorted({path.parent.name for path in bundles(contracts) if path.stem == family}, key=_order)


def load(contracts: Path, version: str, families: Iterable[str] | None = None) -> Snapshot:
    """Read a release: of each family the bundle of this version, or the newest before it.

    Shape: all families, or those named.
    """
    wanted = {path.stem for path in bundles(contracts)} if families is None else set(families)
    schemas: dict[str, Mapping[str, JsonValue]] = {}
    examples: dict[str, JsonValue] = {}
    vectors: dict[str, JsonValue] = {}
    for family in sorted(wanted):
        there = [told for told in family_versions(contracts, family) if _order(told) <= _order(version)]
        if there:
            bundle = json.loads((contracts / "baselines" / there[-1] / f"{family}.json").read_text("utf-8"))
            schemas |= bundle["schemas"]
            examples |= bundle["examples"]
            vectors |= bundle["vectors"]
    return Snapshot(version, schemas, examples, vectors)


def ledger(contracts: Path) -> dict[str, str]:
    """SHA-256 of each bundle, by `<version>/<family>.json`; {} when nothing was released."""
    path = contracts / "baselines" / LEDGER
    found: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def digest(path: Path) -> str:
    """The hash of a bundle as the ledger holds it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def freeze(contracts: Path, version: str, now: Snapshot, families: Iterable[str] | None = None) -> list[Path]:
    """Write the bundles of a release and enter them in the ledger.

    Shape: all families of `now`, or those named.
    Raises: FileExistsError if one of them was released in this version; nothing is written then.
    """
    names = sorted(set(families) if families is not None else {family_of(name) for name in now.schemas})
    folder = contracts / "baselines" / version
    paths = [folder / f"{name}.json" for name in names]
    for path in paths:
        if path.exists():
            raise FileExistsError(f"{path.stem} {version} is released; a release never changes, take the next version")
    folder.mkdir(parents=True, exist_ok=True)
    entries = ledger(contracts)
    for name, path in zip(names, paths, strict=True):
        path.write_text(json.dumps(_bundle(name, version, now), ensure_ascii=False, indent=1) + "\n", "utf-8")
        entries[f"{version}/{path.name}"] = digest(path)
    text = json.dumps(dict(sorted(entries.items())), indent=2) + "\n"
    (contracts / "baselines" / LEDGER).write_text(text, "utf-8")
    return paths


def _bundle(family: str, version: str, now: Snapshot) -> dict[str, JsonValue]:
    def mine(values: Mapping[str, JsonValue] | Mapping[str, Mapping[str, JsonValue]]) -> dict[str, JsonValue]:
        return {name: value for name, value in sorted(values.items()) if family_of(name) == family}

    parts = {"schemas": mine(now.schemas), "examples": mine(now.examples), "vectors": mine(now.vectors)}
    return {"family": family, "version": version, **parts}
