"""The committed models, registries and bundle are what the contracts say."""

import shutil
import sys
from pathlib import Path

import pytest

from tools import generate


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("generated") / "fresh"
    generate.generate(target)
    return target


def check(monkeypatch: pytest.MonkeyPatch, *, package: Path, fresh: Path) -> int:
    monkeypatch.setattr(generate, "PACKAGE", package)
    monkeypatch.setattr(generate, "generate", lambda target: shutil.copytree(fresh, target))
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    return generate.main()


def test_what_is_committed_is_what_is_generated(monkeypatch: pytest.MonkeyPatch, fresh: Path) -> None:
    assert check(monkeypatch, package=generate.PACKAGE, fresh=fresh) == 0


@pytest.mark.parametrize("file", ["models/plan/v1/plan.py", "registries/codes.py", "schema_bundle.py"])
def test_an_edited_file_is_reported_by_name(
    monkeypatch: pytest.MonkeyPatch, fresh: Path, tmp_path: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = tmp_path / "dvt_contracts"
    shutil.copytree(generate.PACKAGE, edited)
    with (edited / file).open("a", encoding="utf-8") as text:
        text.write("# by hand\n")
    assert check(monkeypatch, package=edited, fresh=fresh) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert file in told[0]
    assert "nox -s generate" in told[0]


@pytest.mark.parametrize("change", ["lost", "added"])
def test_a_lost_or_added_module_is_reported(
    monkeypatch: pytest.MonkeyPatch, fresh: Path, tmp_path: Path, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = tmp_path / "dvt_contracts"
    shutil.copytree(generate.PACKAGE, edited)
    module = edited / "models" / "plan" / "v1" / ("plan.py" if change == "lost" else "more.py")
    if change == "lost":
        module.unlink()
    else:
        module.write_text("", "utf-8")
    assert check(monkeypatch, package=edited, fresh=fresh) == 1
    assert module.name in capsys.readouterr().err
