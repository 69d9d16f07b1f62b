"""GATE-GENERATED: what is written from the contracts is what the contracts say."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from dvt_contract_gate.compat.unsettled import unsettled
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-GENERATED"
_GENERATORS: Final = {
    "tools/generate.py": "run `nox -s generate` and commit what it writes; never edit it by hand",
    "tools/generate_sql.py": "run `python tools/generate_sql.py` and commit what it writes; never edit it by hand",
}
_LISTED: Final = 5
_TOLD: Final = re.compile(r"^(\S+): (.+?)(?:;.*)?$", re.MULTILINE)


def _check(tree: Tree) -> Iterator[Finding]:
    if unsettled(tree):
        return  # generating is worth while once the change is settled
    for tool, advice in _GENERATORS.items():
        if not (tree.root / tool).exists():
            continue
        command = [sys.executable, tool, "--check"]
        done = subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            told = _TOLD.findall(done.stderr)
            known = [file for file, _ in told if (tree.root / file).parent.is_dir()]
            names = ", ".join(file.rpartition("/")[2] for file in known[:_LISTED])
            more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
            message = f"{names}{more}: not what the contracts say" if known else _last_line(done.stderr)
            yield Finding(known[0] if known else tool, 1, _ID, message, advice)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2] or "the generator failed"


RULE = GateRule(_ID, "models, registries and SQL tables are what the contracts say", _check)
