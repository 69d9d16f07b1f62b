"""Release the contracts as they are: python -m dvt_contract_gate.freeze VERSION [FAMILY ...]."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from dvt_contract_gate.baselines import freeze
from dvt_contract_gate.checking import check
from dvt_contract_gate.snapshot import snapshot_of
from dvt_contract_gate.tree import Tree


def main(arguments: Sequence[str] | None = None) -> int:
    """Freeze; 1 when the gate is red or the version is taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", help="the version to release, such as 0.1")
    parser.add_argument("family", nargs="*", help="families to release; all of them when none is named")
    parser.add_argument("--contracts", type=Path, default=Path("contracts"), help="the folder; contracts by default")
    options = parser.parse_args(arguments)
    if not re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)", options.version):
        parser.error("a version is <major>.<minor>")
    report = check(options.contracts)
    if not report.clean:
        sys.stderr.write(f"not frozen: the gate is red ({', '.join(sorted(report.red))}); run `dvt contracts check`\n")
        return 1
    tree = Tree(options.contracts.resolve())
    try:
        paths = freeze(options.contracts, options.version, snapshot_of(tree, options.version), options.family or None)
    except FileExistsError as error:
        sys.stderr.write(f"not frozen: {error}\n")
        return 1
    sys.stdout.write("".join(f"{path}\n" for path in paths))
    return 0


if __name__ == "__main__":
    sys.exit(main())
