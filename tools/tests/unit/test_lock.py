import shutil
from pathlib import Path

import pytest

from tools import lock


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[dependency-groups]\ndev = ["uv"]\n', "utf-8")
    (tmp_path / "packages" / "sample").mkdir(parents=True)
    metadata = '[project]\nname = "dvt-sample"\nrequires-python = ">=3.11"\ndependencies = ["rich>=15"]\n'
    (tmp_path / "packages" / "sample" / "pyproject.toml").write_text(metadata, "utf-8")
    header = lock.HEADER.format(lock.inputs_digest(tmp_path))
    uv = f"uv==0.13.9 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}\n"
    (tmp_path / "requirements.lock.txt").write_text(f"{header}{uv}    # via pyproject.toml:dev\n", "utf-8")
    (tmp_path / "requirements.bootstrap.txt").write_text(header + uv, "utf-8")
    return tmp_path


def test_a_lock_that_fits_its_inputs_passes(repository: Path) -> None:
    assert lock.faults(repository) == []


def test_a_changed_dependency_makes_the_lock_stale(repository: Path) -> None:
    project = repository / "packages" / "sample" / "pyproject.toml"
    project.write_text(project.read_text("utf-8").replace("rich>=15", "rich>=16"), "utf-8")
    assert any("made from other metadata" in fault for fault in lock.faults(repository))


@pytest.mark.parametrize(
    "line",
    [
        "rich==15.0.0",
        "rich>=15 \\",
        "rich @ https://mirror.example/rich.whl",
        "-e packages/cli",
        "--index" + "-url https://mirror.example",
        "    --hash=md5:0",
    ],
)
def test_a_line_without_pin_or_hash_or_with_a_host_is_refused(repository: Path, line: str) -> None:
    with (repository / "requirements.lock.txt").open("a") as file:
        file.write(f"{line}\n")
    assert [fault.split(":")[:2] for fault in lock.faults(repository)] == [["requirements.lock.txt", "7"]]


def test_the_bootstrap_names_the_uv_of_the_lock(repository: Path) -> None:
    shutil.copy(repository / "requirements.lock.txt", repository / "requirements.bootstrap.txt")
    assert any("does not name the uv" in fault for fault in lock.faults(repository))
