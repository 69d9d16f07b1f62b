from pathlib import Path

import pytest

from tools.check_layout import faults, init_faults, module_faults

PROJECT = """
[project]
name = "dvt-sample"
version = "0.1.0"
dependencies = ["dvt-contracts>=0.1,<0.2"]
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    package = tmp_path / "packages" / "sample"
    source = package / "src" / "dvt_sample"
    source.mkdir(parents=True)
    (package / "changelog.d").mkdir()
    (package / "changelog.d" / "0001.added.md").write_text("First version.\n", "utf-8")
    (package / "README.md").write_text("# dvt-sample\n", "utf-8")
    (package / "pyproject.toml").write_text(PROJECT, "utf-8")
    (source / "py.typed").touch()
    (source / "__init__.py").write_text('"""A sample."""\n', "utf-8")
    return tmp_path


def test_a_complete_package_passes(repository: Path) -> None:
    assert faults(repository) == []


@pytest.mark.parametrize("part", ["README.md", "src/dvt_sample/py.typed", "changelog.d/0001.added.md"])
def test_a_package_without_one_of_its_parts_is_named(repository: Path, part: str) -> None:
    (repository / "packages" / "sample" / part).unlink()
    assert [fault.split(":")[0] for fault in faults(repository)] == ["packages/sample"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('version = "0.1.0"', 'dynamic = ["version"]', "no static version"),
        (">=0.1,<0.2", "==0.1.0", "by range"),
    ],
)
def test_metadata_has_a_static_version_and_ranges_between_members(
    repository: Path, old: str, new: str, fault: str
) -> None:
    (repository / "packages" / "sample" / "pyproject.toml").write_text(PROJECT.replace(old, new), "utf-8")
    found = faults(repository)
    assert len(found) == 1
    assert fault in found[0]


def test_a_fragment_says_what_kind_of_change_it_is(repository: Path) -> None:
    (repository / "packages" / "sample" / "changelog.d" / "0002.md").touch()
    assert len(faults(repository)) == 1


def test_a_module_stops_at_400_lines() -> None:
    assert list(module_faults("packages/x/src/x/plan.py", "x = 1\n" * 400)) == []
    assert len(list(module_faults("packages/x/src/x/plan.py", "x = 1\n" * 401))) == 1
    assert len(list(module_faults("noxfile.py", "x = 1\n" * 201))) == 1


def test_a_module_is_no_bucket() -> None:
    assert len(list(module_faults("packages/x/src/x/utils.py", ""))) == 1


@pytest.mark.parametrize(
    "text",
    [
        '"""Text."""\nfrom a import b\n__all__ = ["b"]\n',
        '"""Text."""\nfrom a import b as c\nfrom d import e\n__all__: tuple[str, ...] = ("c", "e")\n',
        '"""Text."""\n__all__: list[str] = []\n',
    ],
)
def test_an_init_may_re_export(text: str) -> None:
    assert list(init_faults("x/__init__.py", text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "from a import b\n",
        'from a import b, c\n__all__ = ["b"]\n',
        'from a import b\n__all__ = ["b", "c"]\n',
        'from a import b\n__all__ = ["b", "b"]\n',
        "def work():\n    pass\n",
        "x = 1\n",
    ],
)
def test_an_init_does_nothing_else(text: str) -> None:
    assert list(init_faults("x/__init__.py", text)) != []
