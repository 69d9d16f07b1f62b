"""Finding the state of the contracts that a name means: a folder, a release, or a revision of the repository."""

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from dvt_contract_gate.baselines import load, versions
from dvt_contract_gate.snapshot import Snapshot, snapshot_of
from dvt_contract_gate.tree import Tree


class UnknownStateError(LookupError):
    """The name is no folder with contracts, no release and no revision."""


def find(name: str, contracts: Path) -> Snapshot:
    """Read the contracts that `name` means.

    Shape: a folder with `schemas` or with `contracts/schemas`; a release such as `0.1`; a revision of the repository
    that holds `contracts`.
    Raises: UnknownStateError.
    """
    for folder in (Path(name), Path(name) / "contracts"):
        if (folder / "schemas").is_dir():
            return snapshot_of(Tree(folder.resolve()), name)
    if name in versions(contracts):
        return load(contracts, name)
    return _from_git(name, contracts.resolve())


def _from_git(revision: str, contracts: Path) -> Snapshot:
    command = ["git", "archive", "--format=tar", "--end-of-options", revision, "."]
    try:
        done = subprocess.run(command, cwd=contracts, capture_output=True, check=False)  # noqa: S603
    except OSError as error:
        raise UnknownStateError(f"{revision} is no folder with contracts and no release") from error
    if done.returncode:
        raise UnknownStateError(f"{revision} is no folder with contracts, no release and no revision")
    with tempfile.TemporaryDirectory(prefix="dvt-contracts-") as name:
        target = Path(name) / contracts.name
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(target, filter="data")
        if not (target / "schemas").is_dir():
            raise UnknownStateError(f"{revision} holds no contracts")
        return snapshot_of(Tree(target), revision)
