"""GATE-GENERATED: what is written from the contracts is what the contracts say."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-GENERATED"
_GENERATORS: Final = {
    "tools/generate.py": "run `nox -s generate` and commit what it writes; never edit it by hand",
    "tools/generate_sql.py": "run `python tools/generate_sql.py` and commit what it writes; never edit it by hand",
}
_TOLD: Final = re.compile(r"^(\S+): (.+?)(?:;.*)?$", re.MULTILINE)


def _check(tree: Tree) -> Iterator[Finding]:
    for tool, advice in _GENERATORS.items():
        if not (tree.root / tool).exists():
            continue
        command = [sys.executable, tool, "--check"]
        done = subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            told = _TOLD.findall(done.stderr)
            known = [(file, what) for file, what in told if (tree.root / file).parent.is_dir()]
            for file, what in known or [(tool, done.stderr.strip().rpartition("\n")[2] or "failed")]:
                yield Finding(file, 1, _ID, what, advice)


RULE = GateRule(_ID, "models, registries and SQL tables are what the contracts say", _check)
