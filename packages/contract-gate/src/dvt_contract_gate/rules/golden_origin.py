"""GATE-GOLDEN-ORIGIN: every expected hash names the engine, the commit and the run that it came from."""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-GOLDEN-ORIGIN"
ORIGIN: Final = ("engine", "commit", "runId", "recordedAt")
_ADVICE: Final = "record it by an execution: python -m tools.record_golden NAME"


def _check(tree: Tree) -> Iterator[Finding]:
    for plan in sorted((tree.root / "golden-paths").glob("*/plan.json")):
        path = plan.parent / "expected" / "hashes.json"
        document = tree.document(path)
        if not path.exists():
            yield Finding(document.name, 1, _ID, f"golden path {plan.parent.name} has no expected hashes", _ADVICE)
            continue
        for name in ORIGIN:
            if not document.members.get(name):
                yield document.finding(_ID, "", f"the expected hash does not name its {name}", _ADVICE)
        commit = document.members.get("commit")
        if isinstance(commit, str) and not _known(tree.root, commit):
            message = f"the expected hash comes from commit {commit}, which this repository does not hold"
            yield document.finding(_ID, "/commit", message, _ADVICE)


@cache
def _known(root: Path, commit: str) -> bool:
    """Whether the history holds a commit; a folder without its whole history cannot tell, and is believed."""
    whole = _git(root, "rev-parse", "--is-shallow-repository")
    if not (root / ".git").exists() or whole.stdout.strip() != "false":
        return True
    return _git(root, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603


RULE = GateRule(_ID, "every expected hash names the engine, commit and run that produced it", _check)
