"""GATE-COMPAT-SHAPE: schemas against every release: what changed, whom it breaks, whether it is allowed."""

from collections.abc import Iterator

from dvt_contract_gate.compat.change import Change
from dvt_contract_gate.compat.history import Release
from dvt_contract_gate.compat.unsettled import shape_changes
from dvt_contract_gate.finding import Finding, Level
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-COMPAT-SHAPE"


def _check(tree: Tree) -> Iterator[Finding]:
    for release, change, settled in shape_changes(tree):
        yield _finding(tree, release, change, settled=settled)


def _finding(tree: Tree, release: Release, change: Change, *, settled: bool) -> Finding:
    since = f"{release.family} {release.version}"
    verdict = f"breaks {' and '.join(change.breaks)}: {change.why}" if change.breaking else "compatible"
    message = f"{change.message} since {since}; {verdict}"
    level = Level.NOTE if settled else Level.ERROR
    if settled:
        advice = "nothing to do: the changelog tells of it"
    elif change.breaking and release.promised:
        advice = f"undo it, or leave v{release.version.partition('.')[0]} as it is and begin the next major beside it"
    else:
        name = change.schema.removesuffix(".json")
        undo = "undo it, or " if change.breaking else ""
        advice = (
            f"{undo}tell of it in contracts/CHANGELOG.md, above {release.version}: - {release.family}: `{name}` ..."
        )
    document = tree.schemas.get(change.schema)
    if document is None:
        file = tree.contracts.relative_to(tree.root) / "schemas" / change.schema
        return Finding(file.as_posix(), 1, _ID, message, advice, level)
    return document.finding(_ID, [*change.parts], message, advice, level)


RULE = GateRule(
    _ID, "no removal, narrowing, new required member, closed-list growth or change of type or openness", _check
)
