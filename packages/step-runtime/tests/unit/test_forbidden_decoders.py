"""Security table, row 42: nothing that comes from a plan or a child is decoded by what can run code."""

import ast
from pathlib import Path

import dvt_step_runtime
import pytest

FORBIDDEN = {"pickle", "marshal", "shelve", "yaml", "dill", "cloudpickle"}
SOURCES = sorted(Path(dvt_step_runtime.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_decoder_that_runs_code(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name.partition(".")[0] for alias in node.names} | {str(getattr(node, "module", ""))}
            assert not names & FORBIDDEN
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec"}
