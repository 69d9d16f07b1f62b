"""Judge what a branch changes: a contract or behaviour that changes brings a fixture, a contract also its changelog.

An adapter is built on released contracts: from 1.0 of a family on, its change and what needs it come one after another.

`python -m tools.check_proposal BASE [BRANCH]` compares the work tree with where it left BASE; with BRANCH it also
judges the branch's name.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.files import ROOT

CONTRACT = re.compile(r"contracts/(schemas|registries|clauses)/(?P<family>[a-z-]+?)(-v\d+\.md|/.+)")
CHANGELOG = re.compile(r"contracts/(CHANGELOG\.md|changelog/.+\.md)")
CONTRACT_FIXTURE = re.compile(r"contracts/(examples|vectors)/.+\.json")
BEHAVIOUR = re.compile(r"packages/[^/]+/src/.+\.(py|sql)")
FIXTURE = re.compile(r"contracts/(examples|vectors)/.+|golden-paths/.+|packages/[^/]+/(tests|src/[^/]+/testing)/.+")
ADAPTER = re.compile(r"packages/(?!engine-core/|contract-gate/)[^/]+/src/.+")
RELEASE = re.compile(r"(?P<major>\d+)\.\d+/(?P<family>[a-z-]+)\.json")
BRANCH = re.compile(r"(feat|fix|docs|test|build|ci|perf|refactor|chore|contracts)/\d+-[a-z0-9]+(-[a-z0-9]+)*")


def promised(baselines: Path = ROOT / "contracts" / "baselines") -> frozenset[str]:
    """Return the families that were released as 1.0 or later."""
    names = [path.relative_to(baselines).as_posix() for path in baselines.glob("*/*.json")]
    found = [release for name in names if (release := RELEASE.fullmatch(name))]
    return frozenset(release["family"] for release in found if int(release["major"]) >= 1)


def unreleased(changed: Sequence[str], families: frozenset[str]) -> Iterator[str]:
    """Yield the contracts of promised `families` that change together with an adapter."""
    adapters = [name for name in changed if ADAPTER.fullmatch(name) and "/testing/" not in name]
    for name in changed:
        contract = CONTRACT.fullmatch(name)
        if adapters and contract and contract["family"] in families:
            yield f"{adapters[0]}: an adapter changes together with {name}; release the contract first"


def faults(changed: Sequence[str]) -> Iterator[str]:
    """Yield what a list of changed paths lacks."""
    contracts = [name for name in changed if CONTRACT.fullmatch(name)]
    if contracts and not any(CHANGELOG.fullmatch(name) for name in changed):
        yield f"{contracts[0]}: a contract changes, but contracts/CHANGELOG.md does not say what and why"
    if contracts and not any(CONTRACT_FIXTURE.fullmatch(name) for name in changed):
        yield (
            f"{contracts[0]}: a contract changes without an example or vector that changes; "
            "add one that was judged otherwise before"
        )
    behaviour = [name for name in changed if BEHAVIOUR.fullmatch(name) and "/testing/" not in name]
    if behaviour and not any(FIXTURE.fullmatch(name) for name in changed):
        yield f"{behaviour[0]}: behaviour changes without a test, vector or golden path that changes"


def branch_faults(name: str) -> Iterator[str]:
    """Yield what is wrong with the name of a branch."""
    if not BRANCH.fullmatch(name):
        yield f"branch {name}: name it type/issue-slug, such as contracts/12-name-the-host"


def changed_since(base: str) -> list[str]:
    """List the paths that differ between here and where this left `base`; raises SystemExit when git knows no such."""
    command = ["git", "diff", "--name-only", "--merge-base", base]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"cannot compare with {base}: {done.stderr.strip()}")
    return done.stdout.splitlines()


def main(arguments: Sequence[str]) -> None:
    """Leave with all faults."""
    if not 1 <= len(arguments) <= 2:  # noqa: PLR2004
        raise SystemExit("usage: python -m tools.check_proposal BASE [BRANCH]")
    base, *branch = arguments
    changed = changed_since(base)
    found = [
        *faults(changed),
        *unreleased(changed, promised()),
        *(fault for name in branch for fault in branch_faults(name)),
    ]
    sys.exit("\n".join(found) or None)


if __name__ == "__main__":
    main(sys.argv[1:])
