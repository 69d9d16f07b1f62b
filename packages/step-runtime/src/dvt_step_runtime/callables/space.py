"""Modules of plan folders inside the worker, where two folders may have modules of one name.

A folder's modules live under a package name of its own in `sys.modules`. Their `import` statements look in the folder
first: the loader gives each module its own builtins, with an `__import__` that knows the folder, and a `print` that
goes to the log of the step. `importlib.import_module` called by hand sees the environment only.
"""

import builtins
import importlib
import importlib.util
import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

from dvt_step_runtime.callables.finding import find_callable
from dvt_step_runtime.callables.sources import FreshLoader, Sources
from dvt_step_runtime.callables.typed import TypedCallable

_NUMBERS = itertools.count(1)
_PREFIX = "_dvt_plan_"


class ModuleSpace(MetaPathFinder):
    """The modules of one folder as they were when first imported; a folder that changes gets a new space.

    Shape: `users` counts the calls that run in it.
    """

    def __init__(self, root: Path, *, output: Callable[..., None] = print) -> None:
        self.sources = Sources(root)
        self.users = 0
        self._package = f"{_PREFIX}{next(_NUMBERS)}"
        self._builtins = {**vars(builtins), "__import__": self._import, "print": output}
        self._known: dict[str, TypedCallable] = {}
        package = ModuleType(self._package)
        package.__path__ = [str(root)]
        sys.modules[self._package] = package
        sys.meta_path.insert(0, self)

    def find_callable(self, target: str) -> TypedCallable:
        """Import what a plan names, from the folder, then from the environment. Raises: as find_callable."""
        found = self._known.get(target)
        if found is None:
            importlib.invalidate_caches()  # a file may be newer than the listing of its folder
            found = self._known[target] = find_callable(target, self._load)
        return found

    def leave(self) -> None:
        """A call has ended."""
        self.users -= 1

    def drop(self) -> None:
        """Forget the modules; objects that still run keep what they hold."""
        sys.meta_path.remove(self)
        for name in [name for name in sys.modules if name == self._package or name.startswith(f"{self._package}.")]:
            del sys.modules[name]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of this space."""
        if not fullname.startswith(f"{self._package}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _SpaceLoader(fullname, spec.origin, self.sources, self._builtins)
            spec.cached = None
        return spec

    def _is_ours(self, name: str) -> bool:
        ours = f"{self._package}.{name.partition('.')[0]}"
        if ours in sys.modules:
            return True
        spec = PathFinder.find_spec(ours, [str(self.sources.root)])
        if spec is None:
            return False
        # a folder of data must not hide a package of the environment
        return spec.loader is not None or importlib.util.find_spec(name.partition(".")[0]) is None

    def _load(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self._package}.{name}" if self._is_ours(name) else name)

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - the names of __import__
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if level or not self._is_ours(name):
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        found = builtins.__import__(f"{self._package}.{name}", globals, locals, fromlist or (), 0)
        if fromlist:
            return found
        return sys.modules[f"{self._package}.{name.partition('.')[0]}"]


class _SpaceLoader(FreshLoader):
    def __init__(self, fullname: str, path: str, sources: Sources, names: dict[str, object]) -> None:
        super().__init__(fullname, path, sources)
        self._names = names

    def exec_module(self, module: ModuleType) -> None:
        """Run the module with the builtins of its space."""
        vars(module)["__builtins__"] = self._names
        super().exec_module(module)


class ModuleSpaces:
    """The spaces of a worker, one for each folder, made anew when a file that was imported has changed."""

    def __init__(self, *, output: Callable[..., None] = print) -> None:
        self._output = output
        self._spaces: dict[Path, ModuleSpace] = {}
        self._old: list[ModuleSpace] = []

    def space(self, root: Path) -> ModuleSpace:
        """The space of a folder as it is now."""
        space = self._spaces.get(root)
        if space is not None and space.sources.changed():
            self._old.append(self._spaces.pop(root))
            space = None
        if space is None:
            space = self._spaces[root] = ModuleSpace(root, output=self._output)
        for unused in [old for old in self._old if not old.users]:
            self._old.remove(unused)
            unused.drop()
        return space

    def drop(self) -> None:
        """Forget all of them."""
        for space in (*self._spaces.values(), *self._old):
            space.drop()
        self._spaces.clear()
        self._old.clear()
