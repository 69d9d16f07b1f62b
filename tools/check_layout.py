"""Hold the repository to its layout: short modules, `__init__` that only re-exports, packages with all their parts."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from tools.bootstrap import members
from tools.files import ROOT, python_files

HARD_STOP = 400
BUDGETS = {"noxfile.py": 200, "tools/*.py": 200}
BUCKETS = {"utils", "util", "common", "helpers", "misc", "manager"}
FRAGMENT = re.compile(r"[a-z0-9-]+\.(added|changed|fixed|removed)\.md")
VERSION = re.compile(r"\d+\.\d+\.\d+")


def module_faults(name: str, text: str) -> Iterator[str]:
    """Yield what is wrong with one module's length or name."""
    lines = text.count("\n") + (not text.endswith("\n") and bool(text))
    budget = min((limit for pattern, limit in BUDGETS.items() if fnmatch(name, pattern)), default=HARD_STOP)
    if lines > budget:
        yield f"{name}: {lines} lines, at most {budget}; which second idea moved in?"
    if Path(name).stem in BUCKETS:
        yield f"{name}: a module is named for what it holds, not `{Path(name).stem}`"


def names_in_all(node: ast.stmt) -> list[str] | None:
    """Return the names of a literal `__all__` assignment, None when `node` is something else."""
    match node:
        case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List() | ast.Tuple() as value):
            pass
        case ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.List() | ast.Tuple() as value):
            pass
        case _:
            return None
    return [item.value for item in value.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def init_faults(name: str, text: str) -> Iterator[str]:
    """Yield what an `__init__.py` holds besides its docstring, imports and an `__all__` equal to what it imports."""
    imported: list[str] = []
    exported: list[str] | None = None
    for node in ast.parse(text).body:
        listed = names_in_all(node)
        if isinstance(node, ast.Import | ast.ImportFrom):
            imported += [alias.asname or alias.name for alias in node.names]
        elif listed is not None:
            exported = listed
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield f"{name}:{node.lineno}: an __init__ only re-exports"
    if sorted(exported or []) != sorted(imported) or (imported and exported is None):
        odd = sorted(set(exported or []) ^ set(imported))
        yield f"{name}: __all__ and the imported names differ: {', '.join(odd) or 'a name is there twice'}"


def package_faults(folder: str, root: Path) -> Iterator[str]:
    """Yield the parts that a package lacks."""
    home = root / folder
    if not (home / "README.md").is_file():
        yield f"{folder}: no README.md"
    if len(list(home.glob("src/*/py.typed"))) != 1:
        yield f"{folder}: one typed package under src, with py.typed, is expected"
    fragments = [path.name for path in home.glob("changelog.d/*")]
    if not fragments and not (home / "CHANGELOG.md").is_file():
        yield f"{folder}: no changelog fragment under changelog.d"
    for fragment in fragments:
        if not FRAGMENT.fullmatch(fragment):
            yield f"{folder}/changelog.d/{fragment}: name it <id>.<added|changed|fixed|removed>.md"
    project = tomllib.loads((home / "pyproject.toml").read_text("utf-8"))["project"]
    if not VERSION.fullmatch(project.get("version", "")):
        yield f"{folder}: no static version x.y.z"
    for requirement in project.get("dependencies", []):
        if re.match(r"dvt\b", requirement) and not re.search(r">=[\d.]+,<[\d.]+$", requirement):
            yield f"{folder}: members depend on each other by range, not `{requirement}`"


def faults(root: Path = ROOT) -> list[str]:
    """List everything that does not keep to the layout."""
    found = [fault for folder in members(str(root)) for fault in package_faults(folder, root)]
    for name, path in python_files(root):
        text = path.read_text("utf-8")
        found += module_faults(name, text)
        if path.name == "__init__.py":
            found += init_faults(name, text)
    return found


if __name__ == "__main__":
    sys.exit("\n".join(faults()) or None)
