from pathlib import Path

import pytest

from tools.check_hosts import faults


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("README.md", "see files.python" + "hosted.org"),
        ("README.md", "pip install --index" + "-url https://mirror.example/simple dvt"),
        ("docs/setup.md", "cd /ro" + "ot/project"),
        ("docs/setup.md", "open file:" + "///tmp/x"),
        ("tool.toml", "registry " + '= "https://mirror.example"'),
        ("ci.yml", "PIP_INDEX" + "_URL: https://mirror.example/simple"),
        ("requirements.lock.txt", "dvt @ https://mirror.example/dvt.whl"),
        ("requirements.lock.txt", "-i https://mirror.example"),
        ("requirements.lock.txt", "--find-links wheels"),
        ("site/package-lock.json", '"resolved": "x"'),
    ],
)
def test_a_registry_or_a_machine_path_is_refused(tmp_path: Path, name: str, line: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"fine\n{line}\n", "utf-8")
    assert [fault.split(": ")[0] for fault in faults(tmp_path)][:1] == [f"{name}:2"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("README.md", "https://www.rfc-editor.org/rfc/rfc8785"),
        ("README.md", "tests run in $HOME/project, data under ~/.local/share"),
        ("requirements.lock.txt", "    --hash=sha256:00 \\"),
        ("requirements.lock.txt", "nexus-rpc==1.4.0 \\"),
    ],
)
def test_ordinary_lines_pass(tmp_path: Path, name: str, line: str) -> None:
    (tmp_path / name).write_text(line, "utf-8")
    assert faults(tmp_path) == []


def test_files_that_are_no_text_and_folders_of_tools_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\xff\xfe\x00")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "note.txt").write_text("/ro" + "ot/x", "utf-8")
    assert faults(tmp_path) == []
