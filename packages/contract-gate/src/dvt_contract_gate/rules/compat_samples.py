"""GATE-COMPAT-SAMPLES: what was valid in a release is valid now: proved by containment, else tried with samples."""

from collections.abc import Iterator

from dvt_contracts.loader import BASE_ID
from dvt_engine_core.canonical import canonical_text

from dvt_contract_gate.compat.closure import closure
from dvt_contract_gate.compat.containment import Proof, covers
from dvt_contract_gate.compat.history import Release, releases
from dvt_contract_gate.compat.refused import all_told, refused_examples
from dvt_contract_gate.compat.samples import refused_sample
from dvt_contract_gate.compat.unsettled import unsettled
from dvt_contract_gate.finding import Finding, Level
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.snapshot import family_of
from dvt_contract_gate.tree import Tree

_ID = "GATE-COMPAT-SAMPLES"


def _check(tree: Tree) -> Iterator[Finding]:
    waiting = unsettled(tree) | {f"{refused.target.path}.json" for refused in refused_examples(tree)}
    for release in releases(tree):
        old, new = release.old.schemas, release.new.schemas
        for name in sorted(old.keys() & new.keys()):
            mine = family_of(name) == release.family and name.removeprefix(BASE_ID) not in waiting
            if mine and old != new and closure(old, name) != closure(new, name):
                yield from _judge(tree, release, name)


def _judge(tree: Tree, release: Release, name: str) -> Iterator[Finding]:
    old, new = release.old.schemas, release.new.schemas
    proof = covers(new, old, name)
    if proof is Proof.YES:
        return
    sample = refused_sample(old, new, name)
    if sample is None and proof is Proof.UNKNOWN:
        return
    path = name.removeprefix(BASE_ID)
    shown = f"such as {canonical_text(sample[0])[:120]} ({sample[1][:120]})" if sample else "by proof of containment"
    message = f"refuses documents that {release.family} {release.version} takes, {shown}; breaks producers"
    allowed = all_told(release, path)
    advice = (
        "nothing to do: the changelog tells of it" if allowed else "undo the change of this schema or what it refers to"
    )
    if not allowed and not release.promised:
        advice += ", or tell of it in contracts/CHANGELOG.md"
    level = Level.NOTE if allowed else Level.ERROR
    yield tree.schemas[path].finding(_ID, "", message, advice, level)


RULE = GateRule(_ID, "new schemas take what released ones took, by proof of containment or drawn samples", _check)
