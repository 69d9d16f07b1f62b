"""Judge the workflows by actionlint, run by the Node of the lock."""

import subprocess
import sys
from pathlib import Path

from tools.files import ROOT
from tools.node_packages import NODE, NodePackageError, folder_of

FOLDER = Path(".github/workflows")


def faults(root: Path = ROOT) -> str:
    """Return what actionlint says about the workflows under `root`, `file:line:column message`; empty when nothing."""
    if not list((root / FOLDER).glob("*.yml")):
        return f"{FOLDER}: no workflow was found"
    program = folder_of("actionlint") / "node_modules" / "@tktco" / "node-actionlint" / "bin" / "node-actionlint.js"
    command = [NODE, str(program), f"{FOLDER}/*.yml"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return f"{done.stdout}{done.stderr}".strip() if done.returncode else ""


if __name__ == "__main__":
    try:
        sys.exit(faults() or None)
    except NodePackageError as error:
        sys.exit(str(error))
