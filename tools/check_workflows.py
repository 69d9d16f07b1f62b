"""Judge the workflows by actionlint, run by the Node of the lock."""

import os
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


def main() -> None:
    """Leave with what is wrong. Without the registry of npm this is left out, loudly, except in CI, where it fails."""
    try:
        sys.exit(faults() or None)
    except NodePackageError as error:
        if os.environ.get("CI"):
            sys.exit(str(error))
        print(f"WARNING: the workflows were not judged by actionlint, which CI will do. {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
