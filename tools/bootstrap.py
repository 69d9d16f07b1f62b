"""Keep .venv equal to requirements.lock.txt, then run a command in it. The work behind ./dev; standard library only.

A call that finds nothing changed reads a few small files and becomes the command: no process, no network. Imports that
only a set-up needs are made there, because importing them would cost more than the check.
"""

import hashlib
import os
import sys
from typing import NoReturn

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "bin")
STAMP = os.path.join(VENV, "dev-stamp")
LOCK = os.path.join(ROOT, "requirements.lock.txt")
BOOTSTRAP = os.path.join(ROOT, "requirements.bootstrap.txt")
CACHE = os.path.join(ROOT, ".cache")

USAGE = """usage: ./dev COMMAND [ARGUMENT ...]

Makes .venv when it is missing or out of date, then runs COMMAND in it:
  ./dev dvt run start golden-paths/hello_world    run a plan
  ./dev nox                                       all checks and tests
Afterwards .venv/bin/dvt and .venv/bin/nox work by themselves.
"""


def members(root: str) -> list[str]:
    """List the folders of the workspace's packages, relative to `root`, sorted."""
    packages = os.path.join(root, "packages")
    folders = ["generated", *(os.path.join("packages", name) for name in os.listdir(packages))]
    return sorted(folder for folder in folders if os.path.isfile(os.path.join(root, folder, "pyproject.toml")))


def wanted() -> list[str]:
    """Describe the environment that the files ask for: where it is, its locked packages, its linked packages."""
    locked, linked = hashlib.sha256(), hashlib.sha256()
    for path in (LOCK, BOOTSTRAP):
        with open(path, "rb") as file:
            locked.update(file.read())
    for folder in members(ROOT):
        linked.update(folder.encode() + b"\0")
        with open(os.path.join(ROOT, folder, "pyproject.toml"), "rb") as file:
            linked.update(file.read())
    return [ROOT, locked.hexdigest(), linked.hexdigest()]


def found() -> list[str]:
    """Describe the environment that is there, in the form of `wanted`; three empty lines when there is none."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            lines = file.read().split("\n")
    except OSError:
        return ["", "", ""]
    usable = len(lines) == 3 and os.path.exists(os.path.join(BIN, "python"))  # noqa: PLR2004
    return lines if usable else ["", "", ""]


def run(command: list[str]) -> NoReturn:
    """Become the command, with .venv first on the path."""
    environment = dict(os.environ, VIRTUAL_ENV=VENV, PATH=BIN + os.pathsep + os.environ.get("PATH", os.defpath))
    environment.pop("PYTHONHOME", None)
    try:
        os.execvpe(command[0], command, environment)
    except OSError as error:
        sys.stderr.write(f"dev: cannot run {command[0]}: {error.strerror} (looked in {BIN}, then on the path)\n")
        raise SystemExit(127 if isinstance(error, FileNotFoundError) else 126) from None


def main(arguments: list[str]) -> NoReturn:
    """Set up when something changed, then run the command of `arguments`."""
    try:
        changed = wanted() != found()
    except OSError as error:
        sys.stderr.write(f"dev: a file of the repository is missing: {error}\n")
        raise SystemExit(1) from None
    if changed:
        from tools import environment  # noqa: PLC0415

        environment.set_up()
    if not arguments or arguments[0] in {"-h", "--help"}:
        sys.stdout.write(USAGE)
        raise SystemExit(0)
    run(arguments)
