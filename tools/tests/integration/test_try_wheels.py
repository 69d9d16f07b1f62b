"""Real builds and environments of a small made-up workspace. Each case but the first must be caught."""

import shutil
from pathlib import Path

import pytest

from tools import try_wheels

METADATA = """
[build-system]
requires = ["uv_build>=0.13,<0.14"]
build-backend = "uv_build"

[project]
name = "dvt-sample"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["rfc8785"]
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("pyproject.toml", "requirements.lock.txt"):
        shutil.copy(try_wheels.ROOT / name, tmp_path)
    folder = tmp_path / "packages" / "sample"
    (folder / "src" / "dvt_sample").mkdir(parents=True)
    (folder / "tests" / "unit").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(METADATA, "utf-8")
    (folder / "src" / "dvt_sample" / "__init__.py").write_text("import rfc8785\n", "utf-8")
    (folder / "tests" / "unit" / "test_sample.py").write_text("def test_it(): import dvt_sample\n", "utf-8")
    monkeypatch.setattr(try_wheels, "ROOT", tmp_path)
    return folder


@pytest.mark.usefixtures("package")
def test_a_package_that_stands_alone_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert try_wheels.main([]) == 0
    assert "1 passed" in capsys.readouterr().out


def test_an_undeclared_import_fails(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "src" / "dvt_sample" / "extra.py").write_text("import psutil\n", "utf-8")
    assert try_wheels.main([]) == 1
    assert "No module named 'psutil'" in capsys.readouterr().out


def test_a_failing_unit_test_fails(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "tests" / "unit" / "test_sample.py").write_text("def test_it(): assert 1 == 2\n", "utf-8")
    assert try_wheels.main([]) == 1
    assert "assert 1 == 2" in capsys.readouterr().out


def test_a_tests_folder_without_unit_tests_fails(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "tests" / "unit" / "test_sample.py").unlink()
    assert try_wheels.main([]) == 1
    assert "no tests ran" in capsys.readouterr().out


def test_a_missing_tests_folder_is_said(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(package / "tests")
    assert try_wheels.main([]) == 0
    assert "it has no tests folder" in capsys.readouterr().out
