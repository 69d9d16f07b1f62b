"""GATE-BASELINE: released baselines are as they were released."""

import json
from collections.abc import Iterator

from dvt_contract_gate.baselines import LEDGER, bundles, digest, ledger
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-BASELINE"


def _check(tree: Tree) -> Iterator[Finding]:
    folder = tree.contracts / "baselines"
    name = (folder / LEDGER).relative_to(tree.root).as_posix()
    try:
        entries = ledger(tree.contracts)
    except json.JSONDecodeError as error:
        yield Finding(name, error.lineno, _ID, f"the ledger cannot be read: {error.msg}", "restore it from the history")
        return
    lines = {key: line for line, key in enumerate(entries, start=2)}
    found = {path.relative_to(folder).as_posix(): path for path in bundles(tree.contracts)}
    for key, path in found.items():
        file = path.relative_to(tree.root).as_posix()
        if key not in entries:
            advice = "release with `python -m dvt_contract_gate.freeze VERSION`, never by hand"
            yield Finding(file, 1, _ID, "a baseline that the ledger does not know", advice)
        elif digest(path) != entries[key]:
            advice = f"a release never changes: `git checkout -- {file}`; what is new goes into the next version"
            yield Finding(file, 1, _ID, f"released baseline {key} was edited", advice)
    for key in entries.keys() - found.keys():
        advice = f"bring contracts/baselines/{key} back from the history"
        yield Finding(name, lines[key], _ID, f"released baseline {key} is gone", advice)


RULE = GateRule(_ID, "released baselines are byte for byte what the ledger says", _check)
