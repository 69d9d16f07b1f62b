"""Prove each package's wheel alone: build, install into an empty environment, import every module, run its unit tests.

Nothing is installed but what the package declares. Our own wheels come from a folder, other packages in the locked
versions; the registry is asked only for what uv's cache does not hold.
"""

import os
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.bootstrap import members

ROOT = Path(__file__).resolve().parents[1]
TEST_TOOLS = ("pytest", "pytest-asyncio", "hypothesis")
IMPORT_ALL = """
import importlib, pkgutil, sys
names = [sys.argv[1]]
for module in pkgutil.walk_packages(importlib.import_module(names[0]).__path__, names[0] + "."):
    if not module.name.endswith((".__main__", ".testing.plugin")):  # fixtures need pytest, which no user needs
        importlib.import_module(module.name)
        names.append(module.name)
print(len(names))
"""


@dataclass(frozen=True, slots=True)
class Package:
    """A member of the workspace."""

    folder: Path
    name: str
    version: str
    test_group: tuple[str, ...]

    @property
    def module(self) -> str:
        """The name it is imported by."""
        return self.name.replace("-", "_")

    @property
    def wheel(self) -> str:
        """The file name of its wheel."""
        return f"{self.module}-{self.version}-py3-none-any.whl"

    def tests(self) -> Path | None:
        """Return the folder of its unit tests, None when it has no tests folder at all."""
        tests = self.folder / "tests"
        return next((folder for folder in (tests / "unit", tests) if folder.is_dir()), None)


class TrialError(Exception):
    """A package did not stand alone."""


def read_package(folder: Path) -> Package:
    """Read a member's metadata; its dependency group `test` names what its unit tests need beside pytest."""
    metadata = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    group = metadata.get("dependency-groups", {}).get("test", [])
    return Package(folder, metadata["project"]["name"], metadata["project"]["version"], tuple(group))


def call(what: str, *command: str | Path, folder: Path) -> str:
    """Run a command away from the sources; returns what it printed, raises TrialError with all of it on failure."""
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TrialError(f"{what} failed\n{done.stdout}{done.stderr}")
    return done.stdout


def install(python: Path, wanted: list[str], wheels: Path, constraints: list[Path]) -> None:
    """Install into the environment of `python`: from the cache if it holds all, else with the registry's help."""
    command: list[str | Path] = ["uv", "pip", "install", "--quiet", "--python", python, "--find-links", wheels, *wanted]
    for path in constraints:
        command += ["--constraints", path]
    try:
        call("installing", *command, "--offline", folder=wheels)
    except TrialError:
        call(f"installing {', '.join(wanted)}", *command, folder=wheels)


def try_package(package: Package, wheels: Path, constraints: list[Path]) -> str:
    """Put one package through its trial; returns one line for the table."""
    started = time.monotonic()
    home = wheels.parent / package.name
    python = home / "env" / "bin" / "python"
    call("making an environment", "uv", "venv", "--quiet", "--python", sys.executable, home / "env", folder=wheels)
    install(python, [f"{package.name}=={package.version}"], wheels, constraints)
    modules = call("importing", python, "-c", IMPORT_ALL, package.module, folder=home).strip()
    tests = package.tests()
    if tests is None:
        told = "it has no tests folder"
    else:
        install(python, [*TEST_TOOLS, *package.test_group], wheels, constraints)
        options = ("--rootdir", ROOT, "--config-file", ROOT / "pyproject.toml", "--quiet", "-p", "no:cacheprovider")
        told = call("its unit tests", python, "-m", "pytest", *options, tests, folder=home).strip().splitlines()[-1]
    return f"{package.name:22}{modules:>4} modules  {told}  [{time.monotonic() - started:.1f} s]"


def prepare(packages: list[Package], folder: Path) -> tuple[Path, list[Path]]:
    """Build all wheels; returns their folder and the constraints: our files for our names, the lock for the others."""
    wheels = folder / "wheels"
    wheels.mkdir()
    for package in packages:
        command = ("uv", "build", "--wheel", "--quiet", "--offline", "--out-dir", wheels, package.folder)
        call(f"building {package.name}", *command, folder=folder)
    ours = folder / "ours.txt"
    ours.write_text("".join(f"{one.name} @ {(wheels / one.wheel).as_uri()}\n" for one in packages), "utf-8")
    versions = [line.split(" \\")[0] for line in (ROOT / "requirements.lock.txt").read_text("utf-8").splitlines()]
    locked = folder / "locked.txt"
    locked.write_text("\n".join(line for line in versions if "==" in line and line[0].isalnum()), "utf-8")
    return wheels, [ours, locked]


def main(chosen: list[str]) -> int:
    """Try all packages, or those named; returns 1 when one failed."""
    packages = [read_package(ROOT / folder) for folder in members(str(ROOT))]
    if unknown := set(chosen) - {package.name for package in packages}:
        sys.exit(f"no such package: {', '.join(sorted(unknown))}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="dvt-wheels-") as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        wheels, constraints = prepare(packages, Path(name))
        trials = {
            package.name: pool.submit(try_package, package, wheels, constraints)
            for package in packages
            if not chosen or package.name in chosen
        }
        for package_name, trial in trials.items():
            try:
                print(trial.result(), flush=True)
            except TrialError as error:
                failed += 1
                print(f"{package_name:22}FAILED: {error}", flush=True)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
