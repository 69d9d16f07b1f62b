"""Run a golden path on the embedded servers and keep what it came to: python -m tools.record_golden NAME.

An expectation that exists is never replaced by itself: name the decision that changes it with `--adr NNNN`.
"""

import argparse
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATHS = ROOT / "golden-paths"
DVT = Path(sys.executable).parent / "dvt"


def names() -> list[str]:
    """Golden paths that there are."""
    return sorted(path.parent.name for path in PATHS.glob("*/plan.json"))


def report_of(name: str) -> dict[str, object]:
    """Run a golden path to its end and return the run report. Raises: CalledProcessError if it did not complete."""
    command = [str(DVT), "run", "start", str(PATHS / name), "-o", "json"]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    report: dict[str, object] = json.loads(finished.stdout)
    return report


def expectation(report: dict[str, object], commit: str) -> dict[str, object]:
    """What to keep of a run: golden/v1/hashes."""
    return {
        "outcomeHash": report["outcomeHash"],
        "status": report["status"],
        "engine": "temporal",
        "commit": commit,
        "runId": report["runId"],
        "recordedAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def may_replace(old: dict[str, object] | None, new: dict[str, object], adr: str | None) -> bool:
    """Whether a new expectation may be written: the first one, or one that a decision asks for."""
    return old is None or adr is not None or old["outcomeHash"] == new["outcomeHash"]


def main() -> int:
    """Record one golden path; 1 if the expectation would change without a decision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=names())
    parser.add_argument("--adr", help="number of the decision in docs/adr that changes the expectation")
    options = parser.parse_args()
    if options.adr and not (
        re.fullmatch(r"\d{4}", options.adr) and any((ROOT / "docs" / "adr").glob(f"{options.adr}-*.md"))
    ):
        parser.error(f"docs/adr has no decision {options.adr}")
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True)
    path = PATHS / options.name / "expected" / "hashes.json"
    old = json.loads(path.read_text("utf-8")) if path.exists() else None
    new = expectation(report_of(options.name), commit.stdout.strip())
    if old is not None and not may_replace(old, new, options.adr):
        print(f"{options.name}: expected {old['outcomeHash']}, got {new['outcomeHash']}; not written", file=sys.stderr)
        return 1
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(new, indent=2) + "\n", "utf-8")
    print(f"{options.name}: {new['outcomeHash']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
