"""Modules of a plan's folder, always from their source as it is now, and what was read of them."""

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType


def _mark(path: str) -> tuple[int, int, int]:
    """What changes when a file does; zeros when it is gone."""
    try:
        found = Path(path).stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


class Sources:
    """The files of a folder that were imported, as they were then."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[str, tuple[int, int, int]] = {}

    def note(self, path: str) -> None:
        """Remember a file before it is read."""
        self._read.setdefault(path, _mark(path))

    def changed(self) -> bool:
        """Whether a file is no longer what was imported."""
        return any(_mark(path) != mark for path, mark in self._read.items())


class FreshLoader(SourceFileLoader):
    """Loads a module from its source: cached bytecode cannot see an edit of equal size within a second."""

    def __init__(self, fullname: str, path: str, sources: Sources) -> None:
        super().__init__(fullname, path)
        self._sources = sources

    def get_code(self, fullname: str) -> CodeType:
        """Compile the source."""
        path = self.get_filename(fullname)
        self._sources.note(path)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


class FolderFinder(MetaPathFinder):
    """Finds the modules of a plan's folder before those of the environment."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._root = str(sources.root)
        self._below = os.path.join(self._root, "")  # noqa: PTH118 - a path with a separator at its end

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module that lies in the folder; None leaves it to the next finder."""
        if path is not None and not any(os.path.join(entry, "").startswith(self._below) for entry in path):  # noqa: PTH118
            return None
        spec = PathFinder.find_spec(fullname, [self._root] if path is None else path, target)
        if spec is None or spec.loader is None:  # a folder of data must not hide a package of the environment
            return None
        return fresh(spec, self.sources)


def fresh(spec: ModuleSpec, sources: Sources) -> ModuleSpec:
    """Let a source module be loaded afresh."""
    if spec.origin is not None and isinstance(spec.loader, SourceFileLoader):
        spec.loader = FreshLoader(spec.name, spec.origin, sources)
        spec.cached = None
    return spec


def put_first(root: Path) -> Sources:
    """Make a folder the first place to import from, in this whole process."""
    sources = Sources(root)
    sys.path.insert(0, str(root))
    sys.meta_path.insert(0, FolderFinder(sources))
    return sources
