"""GATE-COMPAT-VECTORS: every vector of every earlier minor is still there, with the same value."""

from collections.abc import Iterator, Mapping

from dvt_contracts.base import JsonValue

from dvt_contract_gate.compat.history import releases
from dvt_contract_gate.finding import Finding, Level
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.rules.vectors import case_faults
from dvt_contract_gate.snapshot import family_of
from dvt_contract_gate.tree import Tree

_ID = "GATE-COMPAT-VECTORS"


def _check(tree: Tree) -> Iterator[Finding]:
    for release in releases(tree):
        for file, value in release.old.vectors.items():
            if family_of(file) != release.family or release.new.vectors.get(file) == value:
                continue
            now = _cases(release.new.vectors.get(file))
            wrong = _wrong(tree, file)
            places = {name: at for at, name in enumerate(now)}
            for name, case in _cases(value).items():
                if now.get(name) != case and places.get(name) not in wrong:
                    allowed = not release.promised and release.allows(file)
                    what = "has another value" if name in now else "is gone"
                    document = tree.document(tree.contracts / "vectors" / file)
                    message = f"vector {name!r} of {release.family} {release.version} {what}: breaks implementations"
                    advice = "bring it back; a new meaning is a new major, below 1.0 a line in contracts/CHANGELOG.md"
                    level = Level.NOTE if allowed else Level.ERROR
                    line = document.line(f"/cases/{places[name]}") if name in now else 1
                    yield Finding(document.name, line, _ID, message, advice, level)


def _wrong(tree: Tree, file: str) -> set[int]:
    """The cases that do not hold by themselves: GATE-VECTORS tells of them."""
    path = tree.contracts / "vectors" / file
    try:
        return {at for at, _ in case_faults(file.removesuffix(".json"), path.read_bytes())} if path.exists() else set()
    except (ImportError, KeyError):
        return set()


def _cases(value: JsonValue) -> dict[str, JsonValue]:
    cases = value.get("cases") if isinstance(value, Mapping) else None
    listed = cases if isinstance(cases, list | tuple) else ()
    return {str(case.get("name")): dict(case) for case in listed if isinstance(case, Mapping)}


RULE = GateRule(_ID, "vectors of every earlier minor are still there, with the same value", _check)
