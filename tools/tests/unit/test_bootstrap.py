import os
import sys
from pathlib import Path

import pytest

from tools import bootstrap, environment

NAMES = ("ROOT", "VENV", "BIN", "STAMP", "LOCK", "BOOTSTRAP", "CACHE")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = bootstrap.ROOT
    for name in NAMES:
        here = os.path.relpath(getattr(bootstrap, name), root)
        monkeypatch.setattr(bootstrap, name, os.path.normpath(tmp_path / here))
    for name in ("requirements.lock.txt", "requirements.bootstrap.txt", "packages/sample/pyproject.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, "utf-8")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".venv" / "dev-stamp").write_text("\n".join(bootstrap.wanted()), "utf-8")
    return tmp_path


@pytest.mark.usefixtures("repository")
def test_an_unchanged_repository_needs_nothing() -> None:
    assert bootstrap.found() == bootstrap.wanted()


@pytest.mark.parametrize(
    ("name", "line"),
    [("requirements.lock.txt", 1), ("requirements.bootstrap.txt", 1), ("packages/sample/pyproject.toml", 2)],
)
def test_a_changed_file_makes_its_part_stale(repository: Path, name: str, line: int) -> None:
    (repository / name).write_text("changed", "utf-8")
    stale = [number for number in range(3) if bootstrap.found()[number] != bootstrap.wanted()[number]]
    assert stale == [line]


def test_a_new_package_makes_the_links_stale(repository: Path) -> None:
    (repository / "packages" / "other").mkdir()
    (repository / "packages" / "other" / "pyproject.toml").touch()
    assert bootstrap.found() != bootstrap.wanted()


def test_an_environment_whose_python_is_gone_counts_as_none(repository: Path) -> None:
    python = repository / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(repository / "gone")
    assert bootstrap.found() == ["", "", ""]


@pytest.mark.usefixtures("repository")
def test_a_missing_command_is_said_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        bootstrap.run(["no-such-command-here"])
    assert end.value.code == 127
    assert "cannot run no-such-command-here" in capsys.readouterr().err


def test_a_missing_lock_is_said_without_a_traceback(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "requirements.lock.txt").unlink()
    with pytest.raises(SystemExit) as end:
        bootstrap.main(["true"])
    assert end.value.code == 1
    assert "requirements.lock.txt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("/usr/bin/python3: No module named pip", "apt install python3-pip"),
        ("error: Failed to fetch: `simple/rich/`", "registry cannot be reached"),
        ("ERROR: Could not find a version that satisfies the requirement uv", "registry cannot be reached"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("error: Hash mismatch for `rich==15.0.0`", "Do not install it"),
        ("something else", ""),
    ],
)
def test_a_failed_step_says_what_to_do(output: str, words: str) -> None:
    assert words in environment.hint(output)
    assert bool(environment.hint(output)) == bool(words)


def test_a_failed_set_up_ends_with_the_steps_own_words(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", str(repository / "python"))
    monkeypatch.setattr(environment, "base_python", lambda: str(repository / "python"))
    (repository / "python").write_text("#!/bin/sh\necho 'No module named pip'; exit 1\n", "utf-8")
    (repository / "python").chmod(0o755)
    (repository / ".venv" / "dev-stamp").unlink()
    with pytest.raises(SystemExit) as end:
        environment.set_up()
    told = capsys.readouterr().err
    assert end.value.code == 1
    assert "could not fetch uv by pip" in told
    assert "apt install python3-pip" in told
    assert "Traceback" not in told


def test_uv_gets_the_index_that_pip_has_unless_it_has_its_own() -> None:
    settings = "global.index-url='https://mirror.example/simple'\n:env:.cert='/etc/ca.pem'\nglobal.timeout='9'\n"
    base = {"HOME": "/", "PYTHONHOME": "/x"}
    environment_of_uv = environment.tool_environment(settings, base)
    assert environment_of_uv["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert environment_of_uv["SSL_CERT_FILE"] == "/etc/ca.pem"
    assert "PYTHONHOME" not in environment_of_uv
    own = environment.tool_environment(settings, {**base, "UV_DEFAULT_INDEX": "mine"})
    assert own["UV_DEFAULT_INDEX"] == "mine"
