import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dvt_step_runtime import StepContext, StepFailed
from dvt_step_runtime.callables.space import ModuleSpaces
from dvt_step_runtime.context import ArtifactSink


def call(spaces: ModuleSpaces, root: Path, target: str) -> object:
    sink: ArtifactSink = None  # type: ignore[assignment]
    return spaces.space(root).find_callable(target).call({}, StepContext("a", "r", "s", 1, "k", root, sink))


@pytest.fixture
def spaces() -> Iterator[ModuleSpaces]:
    made = ModuleSpaces()
    yield made
    made.drop()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def written(name: str, source: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
        return tmp_path / name.partition("/")[0]

    return written


def test_folders_have_modules_of_one_name(spaces: ModuleSpaces, write: Callable[[str, str], Path]) -> None:
    for folder in ("one", "two"):
        write(f"{folder}/names.py", f"NAME = {folder!r}\n")
        write(f"{folder}/tasks.py", "import names\ndef name(): return names.NAME\n")
    one, two = write("one/x.py", ""), write("two/x.py", "")
    assert [call(spaces, root, "tasks:name") for root in (one, two, one)] == ["one", "two", "one"]
    assert "tasks" not in sys.modules


def test_packages_import_in_every_way(spaces: ModuleSpaces, write: Callable[[str, str], Path]) -> None:
    write("plan/pack/__init__.py", "A = 1\n")
    write(
        "plan/pack/inner.py", "from . import A\nfrom .other import B\nimport pack.other as again\nC = A + B + again.B\n"
    )
    write("plan/pack/other.py", "B = 10\n")
    root = write(
        "plan/tasks.py",
        "import pack.inner, json\nfrom pack import inner as same\nfrom pack.other import *\n"
        "def total():\n    import pack.other\n    return [pack.inner.C, same.C, B, json.dumps(1)]\n",
    )
    assert call(spaces, root, "tasks:total") == [21, 21, 10, "1"]


def test_an_edit_of_equal_size_and_time_of_bytecode_is_seen(
    spaces: ModuleSpaces, write: Callable[[str, str], Path]
) -> None:
    root = write("plan/helpers.py", "X = 1\n")
    write("plan/tasks.py", "def x():\n    import helpers\n    return helpers.X\n")
    assert call(spaces, root, "tasks:x") == 1
    write("plan/helpers.py", "X = 2\n")
    assert call(spaces, root, "tasks:x") == 2
    assert not list(root.rglob("__pycache__"))


def test_a_call_that_still_runs_keeps_its_modules(spaces: ModuleSpaces, write: Callable[[str, str], Path]) -> None:
    root = write("plan/tasks.py", "def late():\n    import later\n    return later.X\n")
    write("plan/later.py", "X = 1\n")
    old = spaces.space(root)
    running = old.find_callable("tasks:late").function
    old.users += 1
    path = root / "tasks.py"
    write("plan/tasks.py", "def late(): return 0\n")
    os.utime(path, ns=(1, 1))
    assert call(spaces, root, "tasks:late") == 0
    assert running() == 1
    old.leave()
    spaces.space(root)
    assert not [name for name in sys.modules if name.endswith(".later")]


def test_a_folder_of_data_hides_no_package(spaces: ModuleSpaces, write: Callable[[str, str], Path]) -> None:
    write("plan/pydantic/data.csv", "")
    write("plan/own/deep/module.py", "Y = 3\n")
    root = write(
        "plan/tasks.py", "import pydantic, own.deep.module as m\ndef both(): return [pydantic.VERSION[0], m.Y]\n"
    )
    assert call(spaces, root, "tasks:both") == ["2", 3]


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("", "nowhere:f", "No module named"),
        ("", "tasks:f", "there is no `f`"),
        ("f = 1", "tasks:f", "it is a int, not a callable"),
        ("raise SystemExit(1)", "tasks:f", "importing it raised SystemExit: 1"),
        ("def", "tasks:f", "importing it raised SyntaxError"),
        ("import missing_package_", "tasks:f", "No module named 'missing_package_'"),
    ],
)
def test_what_cannot_be_imported_says_why(
    spaces: ModuleSpaces, write: Callable[[str, str], Path], source: str, target: str, said: str
) -> None:
    root = write("plan/tasks.py", source)
    with pytest.raises(StepFailed, match=said) as caught:
        call(spaces, root, target)
    assert caught.value.code == "PYTHON_IMPORT"


def test_nested_names_and_the_environment_are_found(spaces: ModuleSpaces, write: Callable[[str, str], Path]) -> None:
    root = write("plan/tasks.py", "class A:\n    @staticmethod\n    def f(): return 1\n")
    assert call(spaces, root, "tasks:A.f") == 1
    assert call(spaces, root, "os:getpid") == os.getpid()
