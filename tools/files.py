"""The files of this repository, found without git, so that checks also run on an unpacked archive."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_OURS = {"__pycache__", "build", "dist", "node_modules", "uv.lock", ".coverage"}
OURS_THOUGH_HIDDEN = {
    ".ci",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".npmrc",
    ".pre-commit-config.yaml",
}
MACHINE_WRITTEN = "# Generated from contracts/"


def ours(name: str) -> bool:
    """Tell whether a file or folder of this name belongs to the repository."""
    return name in OURS_THOUGH_HIDDEN or not (name.startswith(".") or name in NOT_OURS or name.endswith(".egg-info"))


def files(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """Yield (path relative to `root` with slashes, path) of every file, in a fixed order."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(filter(ours, folders))
        for path in (Path(folder, name) for name in sorted(filter(ours, names))):
            yield path.relative_to(root).as_posix(), path


def python_files(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """Yield the Python files that people write; those of the generator say so in their first line."""
    for name, path in files(root):
        if path.suffix == ".py" and not path.read_text("utf-8").startswith(MACHINE_WRITTEN):
            yield name, path
