"""Resolve all packages and tools into requirements.lock.txt: exact, hashed, for every platform, without a host name.

`--check` resolves nothing: it tells whether the committed files fit the metadata they were made from, offline.
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tools.bootstrap import members

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock.txt"
BOOTSTRAP = ROOT / "requirements.bootstrap.txt"
HEADER = "# Written by `nox -s lock`; do not edit.\n# inputs: {}\n"


def inputs_digest(root: Path) -> str:
    """Return the digest of everything that a resolution depends on, as the lock's header records it."""
    metadata = [tomllib.loads((root / folder / "pyproject.toml").read_text("utf-8")) for folder in members(str(root))]
    declared = [
        [project["project"].get(key) for key in ("name", "requires-python", "dependencies")] for project in metadata
    ]
    tools = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["dev"]
    return hashlib.sha256(repr([*declared, tools]).encode()).hexdigest()


def resolve(root: Path, *, upgrade: bool) -> str:
    """Return the resolved requirements; without `upgrade` the versions of the present lock stay where they can."""
    folders = members(str(root))
    names = [
        tomllib.loads((root / folder / "pyproject.toml").read_text("utf-8"))["project"]["name"] for folder in folders
    ]
    command = ["uv", "pip", "compile", *(f"{folder}/pyproject.toml" for folder in folders), "--quiet"]
    command += ["--group", "pyproject.toml:dev", "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-header", *(part for name in names for part in ("--no-emit-package", name))]
    command += ["--output-file", LOCK.name, *(["--upgrade"] if upgrade else [])]
    subprocess.run(command, cwd=root, check=True, env={**os.environ, "VIRTUAL_ENV": str(root / ".venv")})
    return (root / LOCK.name).read_text("utf-8")


def block(lock: str, name: str) -> str:
    """Return the requirement `name` with its hashes, without comments."""
    found = re.search(rf"^{re.escape(name)}==.*(?:\n    --hash=.*)+\n", lock, re.MULTILINE)
    if found is None:
        raise SystemExit(f"the lock does not hold {name}")
    return found[0]


def faults(root: Path) -> list[str]:
    """List what is wrong with the committed files, () when they fit."""
    lock = (root / LOCK.name).read_text("utf-8")
    header = HEADER.format(inputs_digest(root))
    found = []
    if not lock.startswith(header):
        found.append(f"{LOCK.name} was made from other metadata; run `nox -s lock`")
    if (root / BOOTSTRAP.name).read_text("utf-8") != header + block(lock, "uv"):
        found.append(f"{BOOTSTRAP.name} does not name the uv of {LOCK.name}; run `nox -s lock`")
    for number, line in enumerate(lock.splitlines(), 1):
        if not re.fullmatch(r"[a-z0-9-]+==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|(( {4})?#.*)?", line):
            found.append(f"{LOCK.name}:{number}: not a pinned, hashed, host-free requirement: {line}")
    return found


def main() -> None:
    """Write both files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell whether the files fit their inputs")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that the ranges allow")
    options = parser.parse_args()
    if not options.check:
        header = HEADER.format(inputs_digest(ROOT))
        resolved = resolve(ROOT, upgrade=options.upgrade)
        LOCK.write_text(header + resolved, "utf-8")
        BOOTSTRAP.write_text(header + block(resolved, "uv"), "utf-8")
    if found := faults(ROOT):
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
