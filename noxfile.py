"""All checks and tests. `nox` runs what must pass before a merge, `nox -l` lists the rest; CI calls nothing else.

Sessions run in .venv, which ./dev makes; only `wheels` makes environments of its own. Folders choose the tests: `unit`
and `property` need no server, the others start real ones, never skipped. What takes long `.ci/run` names by itself.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nox

BIN = Path(sys.executable).parent
os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "none"
nox.options.error_on_missing_interpreters = True
nox.options.sessions = "contracts vectors lint types imports properties integration golden wheels".split()
nox.options.stop_on_first_error = False

CORES = max(2, os.cpu_count() or 2)
PARALLEL = ("--numprocesses", str(CORES), "--dist", "loadfile")
WAITING = ("--numprocesses", str(2 * CORES), *PARALLEL[2:], "--no-loadscope-reorder")  # mostly for a server
EMBEDDED = "packages/cli/tests/integration/embedded"

SOURCES = ["generated/src", *sorted(map(str, Path("packages").glob("*/src"))), "tools", "benchmarks", "noxfile.py"]


def folders(*kinds: str) -> list[str]:
    """List the test folders of these kinds, of every package and of the tools, in a fixed order."""
    roots = [*sorted(Path("packages").iterdir()), Path("tools"), Path("benchmarks")]
    return [
        str(folder) for root in roots for kind in kinds if any((folder := root / "tests" / kind).glob("**/test_*.py"))
    ]


@contextmanager
def scratch() -> Iterator[dict[str, str]]:
    """A folder for temporary files, in memory where there is room: clusters of the tests are made by the dozen."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
    fit = memory.is_dir() and shutil.disk_usage(memory).free > 4 << 30 and not os.statvfs(memory).f_flag & os.ST_NOEXEC
    with tempfile.TemporaryDirectory(prefix="dvt-", dir=memory if fit else None, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # servers of root's tests run as other users
        yield {"TMPDIR": folder}


def ymls(folder: str) -> list[str]:
    """List the YAML files of a folder of .github, but not the configuration of the forms."""
    return [str(path) for path in sorted(Path(".github", folder).glob("*.yml")) if path.name != "config.yml"]


@nox.session
def contracts(session: nox.Session) -> None:
    """Judge the contracts, releases, vectors and what is generated; show every rule of the gate able to fail."""
    session.run("dvt", "contracts", "check")
    session.run("python", "-m", "tools.docs", "--check")
    chosen = ("generated/tests", "packages/contract-gate/tests/selftest")
    session.run("pytest", *chosen, "--quiet", *PARALLEL[:2], "--dist", "worksteal", *session.posargs)


@nox.session
def vectors(session: nox.Session) -> None:
    """Judge every vector by an implementation in JavaScript that shares no code with ours; print how many there are."""
    session.run("python", "-m", "tools.check_vectors", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format, layout, the lock and the workflows."""
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("python", "-m", "tools.check_layout")
    session.run("python", "-m", "tools.check_hosts")
    session.run("python", "-m", "tools.lock", "--check")
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *ymls("workflows"))
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-issue-forms", *ymls("ISSUE_TEMPLATE"))
    config = ".github/ISSUE_TEMPLATE/config.yml"
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-issue-config", config)
    session.run("python", "-m", "tools.check_workflows")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Have Mermaid parse every diagram and build the site; `-- --write` writes the committed pages."""
    session.run("python", "-m", "tools.docs", *session.posargs)
    if not session.posargs:
        session.run("pytest", "tools/tests/docs", "--quiet")


@nox.session(default=False)
def proposal(session: nox.Session) -> None:
    """Judge a branch: `nox -s proposal -- BASE [BRANCH]`; what changes brings fixtures, contracts their changelog."""
    session.run("python", "-m", "tools.check_proposal", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of everything written here, strictly; each folder of tests apart: their modules share names."""
    session.run("mypy", *SOURCES, *session.posargs)
    for folder in map(str, sorted([*Path("generated").glob("tests"), *Path("packages").glob("*/tests")])):
        named = all(part.isidentifier() for part in Path(folder).parts)
        session.run("mypy", folder, *session.posargs, env={} if named else {"MYPYPATH": folder})


@nox.session
def imports(session: nox.Session) -> None:
    """Check that imports point one way: contracts, core, adapters, command line."""
    session.run("lint-imports", "--no-cache")


@nox.session(default=False)
def tests(session: nox.Session) -> None:
    """Run the unit and property tests of all packages; no server. Those of `unit` also run in `wheels`."""
    session.run("pytest", *folders("unit", "property"), "--quiet", *PARALLEL, *session.posargs)


@nox.session
def properties(session: nox.Session) -> None:
    """Run the property tests, and the tests of the tools and benchmarks, which are in no wheel."""
    chosen = [*folders("property"), *(folder for folder in folders("unit") if not folder.startswith("packages"))]
    session.run("pytest", *chosen, "--quiet", *PARALLEL, *session.posargs)


@nox.session
def integration(session: nox.Session) -> None:
    """Run the tests on real PostgreSQL and Temporal servers, the conformance rules included."""
    chosen = folders("contract", "integration")
    with scratch() as environment:
        chosen += ["--ignore", EMBEDDED, "-m", "not golden"]
        session.run("pytest", *chosen, "--quiet", *WAITING, *session.posargs, env=environment)


@nox.session(default=False)
def embedded(session: nox.Session) -> None:
    """Start, share, kill and find again the servers that `dvt` brings; CI runs it after the default."""
    with scratch() as environment:
        session.run("pytest", EMBEDDED, "--quiet", *WAITING, env=environment)


@nox.session(default=False)
def engines(session: nox.Session) -> None:
    """Play every scripted golden path on Temporal, with workers that are killed; CI runs it after the default."""
    with scratch() as environment:
        session.run("pytest", "packages/temporal-adapter/tests/contract", "--quiet", "-m", "golden", env=environment)


@nox.session
def wheels(session: nox.Session) -> None:
    """Build each package and prove its wheel alone: install, import, its own unit tests."""
    with scratch() as environment:
        session.run("python", "-m", "tools.try_wheels", *session.posargs, env=environment)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Measure the branches of the core that its own tests reach; all of them must be."""
    core = [folder for folder in folders("unit", "property", "contract") if "engine-core" in folder]
    session.run("pytest", *core, "--quiet", "--cov", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100")


@nox.session(default=False)
def simulate(session: nox.Session) -> None:
    """Hunt defects of the core with faults at every boundary: `nox -s simulate -- --seeds 10000 --pairs`."""
    session.run("python", "-m", "dvt_engine_core.testing.simulation", *session.posargs)


@nox.session(default=False)
def model(session: nox.Session) -> None:
    """Search the model of append authority, relay and consumer to its last state, and refute its mutants."""
    session.run("python", "-m", "dvt_engine_core.testing.model")


@nox.session(default=False)
def generate(session: nox.Session) -> None:
    """Write the models from the contracts."""
    session.run("python", "tools/generate.py", *session.posargs)


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Resolve all dependencies anew into the hashed lock; `-- --upgrade` takes the newest versions."""
    session.run("python", "-m", "tools.lock", *session.posargs)


@nox.session
def golden(session: nox.Session) -> None:
    """Run the golden paths on real servers and compare their hashes."""
    with scratch() as environment:
        session.run("pytest", "golden-paths", "--quiet", *session.posargs, env=environment)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure a scenario against its base: `nox -s bench -- NAME`."""
    session.run("python", "-m", "benchmarks", *session.posargs)
