"""A copy of the repository that edits may break: contracts copied, the rest linked until an edit needs its own."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from dvt_contract_gate.baselines import freeze
from dvt_contract_gate.snapshot import snapshot_of
from dvt_contract_gate.tree import Tree

#: The one release of a copy.
RELEASED: Final = "0.1"
BESIDE: Final = ("generated", "golden-paths", "packages")
_READ: Final = (
    "contracts/**/*",
    "generated/src/**/*.py",
    "generated/tests/**/*.py",
    "golden-paths/**/*.json",
    "golden-paths/**/*.py",
    "packages/*/src/**/testing/**/*.py",
    "packages/*/tests/**/*.py",
    "packages/postgres-store/src/dvt_postgres_store/migrations/*.sql",
    "tools/*.py",
    "tools/tests/**/*.py",
)


def take(original: Path, target: Path) -> Path:
    """Copy what the gate reads of a repository, so that it stays as it is while edits are tried.

    Shape: returns `target`; files that no rule reads are left out. Its one release is what the contracts are now.
    """
    for pattern in _READ:
        for path in original.glob(pattern):
            if path.is_file() and "__pycache__" not in path.parts:
                copy = target / path.relative_to(original)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
    contracts = target / "contracts"
    shutil.rmtree(contracts / "baselines", ignore_errors=True)
    (contracts / "CHANGELOG.md").write_text(f"# Changelog\n\n## {RELEASED}\n\nFirst.\n", "utf-8")
    freeze(contracts, RELEASED, snapshot_of(Tree(contracts), RELEASED))
    return target


class Workshop:
    """The copy, below `root`.

    Shape: paths are relative to the repository, with slashes.
    """

    def __init__(self, root: Path, original: Path) -> None:
        self.root = root
        shutil.copytree(original / "contracts", root / "contracts", copy_function=os.link)
        (root / "tools").mkdir()
        for tool in sorted((original / "tools").glob("*.py")):  # they find the repository by where they lie
            shutil.copy(tool, root / "tools" / tool.name)
        for name in (*BESIDE, "tools/tests"):
            (root / name).symlink_to(original / name)

    @property
    def contracts(self) -> Path:
        """The copied contracts."""
        return self.root / "contracts"

    def own(self, path: str) -> Path:
        """A file that may be edited: what was linked around it is copied, just as deep as needed."""
        at = self.root
        for part in Path(path).parts[:-1]:
            at /= part
            if at.is_symlink():
                there = at.resolve()
                at.unlink()
                at.mkdir()
                for inner in there.iterdir():
                    if inner.name != "__pycache__":
                        (at / inner.name).symlink_to(inner)
        file = self.root / path
        if file.exists() and (file.is_symlink() or file.stat().st_nlink > 1):
            content = file.read_bytes()
            file.unlink()
            file.write_bytes(content)
        return file

    def json(self, path: str, change: Callable[[Any], object]) -> None:
        """Edit a JSON file."""
        file = self.own(path)
        document = json.loads(file.read_text("utf-8"))
        change(document)
        file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")

    def schema(self, path: str, change: Callable[[Any], object], *, tell: bool = True) -> None:
        """Edit a schema, `path` as in its id without `.json`; with `tell` the changelog names it."""
        self.json(f"contracts/schemas/{path}.json", change)
        if tell:
            self.tell(f"- {path.partition('/')[0]}: `{path}` is another.")

    def tell(self, entry: str) -> None:
        """Write an entry of the changelog above all releases."""
        self.text("contracts/CHANGELOG.md", "\n## ", f"\n## Next\n\n{entry}\n\n## ")

    def text(self, path: str, old: str, new: str) -> None:
        """Replace a text that is there, once."""
        file = self.own(path)
        text = file.read_text("utf-8")
        assert old in text, f"{path} does not hold {old!r}"
        file.write_text(text.replace(old, new, 1), "utf-8")

    def append(self, path: str, text: str) -> None:
        """Write a text at the end of a file."""
        file = self.own(path)
        file.write_text(file.read_text("utf-8") + text, "utf-8")

    def move(self, path: str, to: str) -> None:
        """Rename a file."""
        target = self.own(to)
        target.parent.mkdir(parents=True, exist_ok=True)
        self.own(path).rename(target)

    def remove(self, path: str) -> None:
        """Remove a file."""
        self.own(path).unlink()

    def write(self, path: str, content: str) -> None:
        """Write a new file."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
