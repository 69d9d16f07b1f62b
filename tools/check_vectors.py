"""Judge the vectors of the contracts by the checker in JavaScript, run by the Node of the lock."""

import subprocess
import sys

from tools.files import ROOT
from tools.node_packages import NODE

CHECKER = ROOT / "contracts" / "vectors" / "check.mjs"

if __name__ == "__main__":
    sys.exit(subprocess.run([NODE, str(CHECKER), *sys.argv[1:]], check=False).returncode)
