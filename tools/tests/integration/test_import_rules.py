"""The rules about imports in pyproject.toml and ruff.toml, tried on a made-up tree with one breach each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.files import ROOT

PACKAGES = {
    "dvt": "cli",
    "dvt_engine_core": "engine-core",
    "dvt_outbox_worker": "outbox-worker",
    "dvt_postgres_store": "postgres-store",
    "dvt_step_runtime": "step-runtime",
    "dvt_temporal_adapter": "temporal-adapter",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    sources = {name: tmp_path / "packages" / folder / "src" / name for name, folder in PACKAGES.items()}
    for name, source in {**sources, "dvt_contracts": tmp_path / "generated" / "src" / "dvt_contracts"}.items():
        source.mkdir(parents=True)
        (source / "__init__.py").write_text(f'"""Made-up {name}."""\n', "utf-8")
    for module in ("graph", "ports", "services", "system"):
        (sources["dvt_engine_core"] / f"{module}.py").write_text(f'"""Made-up {module}."""\n', "utf-8")
    shutil.copy(ROOT / "packages" / "engine-core" / "ruff.toml", tmp_path / "packages" / "engine-core")
    return tmp_path


def run(tree: Path, *command: str) -> tuple[int, str]:
    path = os.pathsep.join(str(source) for source in sorted(tree.glob("**/src")))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    bin_folder = Path(sys.executable).parent
    done = subprocess.run(
        [bin_folder / command[0], *command[1:]], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def write(tree: Path, module: str, line: str) -> None:
    (source,) = tree.glob(f"**/src/{module}")
    source.write_text(f'"""Made up."""\n\n{line}\n', "utf-8")


def test_the_tree_without_a_breach_keeps_all_contracts(tree: Path) -> None:
    write(tree, "dvt_engine_core/system.py", "import time  # noqa: F401")
    assert run(tree, "lint-imports", "--no-cache")[0] == 0
    code, told = run(tree, "ruff", "check", "--no-cache")
    assert code == 0, told


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("dvt_contracts/__init__.py", "import dvt_engine_core"),
        ("dvt_engine_core/graph.py", "import dvt_postgres_store"),
        ("dvt_postgres_store/__init__.py", "import dvt_temporal_adapter"),
        ("dvt_outbox_worker/__init__.py", "import dvt_postgres_store"),
        ("dvt_step_runtime/__init__.py", "import dvt"),
        ("dvt_engine_core/graph.py", "import time"),
        ("dvt_engine_core/graph.py", "import asyncio"),
    ],
)
def test_an_import_against_the_direction_is_refused(tree: Path, module: str, line: str) -> None:
    write(tree, module, line)
    code, told = run(tree, "lint-imports", "--no-cache")
    assert code == 1
    assert "BROKEN" in told


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from os import environ",
        "from uuid import uuid4",
        "import datetime\n\nNOW = datetime.datetime.now(datetime.UTC)",
        "from dvt_engine_core import services",
        "from dvt_engine_core.system import clock",
    ],
)
def test_a_pure_module_may_not_reach_for_time_chance_or_the_impure_ones(tree: Path, line: str) -> None:
    write(tree, "dvt_engine_core/graph.py", line)
    code, told = run(tree, "ruff", "check", "--no-cache", "--select", "TID251")
    assert code == 1
    assert "TID251" in told
