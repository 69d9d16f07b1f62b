"""From `module:function` to the callable."""

import importlib
from collections.abc import Callable
from types import ModuleType

from dvt_step_runtime.callables.typed import TypedCallable
from dvt_step_runtime.failures import StepFailed


def find_callable(target: str, load: Callable[[str], ModuleType] = importlib.import_module) -> TypedCallable:
    """Import what a plan names.

    Shape: `target` is `module:qualified.name`.
    Raises: StepFailed [PYTHON_IMPORT], [PYTHON_ARGUMENTS] for annotations that cannot be used.
    """
    module_name, _, path = target.partition(":")
    try:
        found: object = load(module_name)
    except ModuleNotFoundError as error:
        raise StepFailed("PYTHON_IMPORT", f"{target}: {error}") from error
    except (Exception, SystemExit) as error:
        raise StepFailed("PYTHON_IMPORT", f"{target}: importing it raised {type(error).__name__}: {error}") from error
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise StepFailed("PYTHON_IMPORT", f"{target}: there is no `{part}` in it") from error
    if not callable(found):
        raise StepFailed("PYTHON_IMPORT", f"{target}: it is a {type(found).__name__}, not a callable")
    return TypedCallable(found)
