"""Finding the executors that are installed."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol, runtime_checkable

from dvt_engine_core.errors import DvtError
from dvt_engine_core.ports.execution import StepExecutor

GROUP = "dvt.step_kinds"


@runtime_checkable
class Prewarmed(Protocol):
    """An executor that is quicker when it was told ahead."""

    async def prewarm(self) -> None:
        """Get ready for a first call."""
        ...


class PluginError(DvtError):
    """A package that brings a step kind is broken."""

    default_code = "CONFIG_INVALID"


def load_executors(found: Iterable[EntryPoint] | None = None) -> dict[str, StepExecutor]:
    """Make an executor of every installed kind, by kind.

    Raises: PluginError naming the package that is broken, or the packages that bring one kind twice.
    """
    points = sorted(entry_points(group=GROUP) if found is None else found, key=lambda point: (point.name, point.value))
    makers: dict[str, EntryPoint] = {}
    for point in points:
        other = makers.setdefault(point.name, point)
        if other.value != point.value:
            raise PluginError(
                f"step kind `{point.name}` is brought twice: by {_package(other)} and by {_package(point)}",
                hint="Uninstall one of them.",
            )
    return {kind: _made(point) for kind, point in makers.items()}


def _package(point: EntryPoint) -> str:
    name = point.dist.name if point.dist is not None else "an unknown package"
    return f"{name} ({point.value})"


def _made(point: EntryPoint) -> StepExecutor:
    try:
        executor: StepExecutor = point.load()()
        kind = executor.kind
    except Exception as error:
        raise PluginError(
            f"step kind `{point.name}` of {_package(point)} cannot be loaded: {type(error).__name__}: {error}",
            hint="Update or uninstall the package.",
        ) from error
    if kind != point.name:
        raise PluginError(f"{_package(point)} is announced as step kind `{point.name}`, but says that it is `{kind}`")
    return executor


async def prewarm(executors: Iterable[StepExecutor]) -> None:
    """Get those executors ready that can be."""
    for executor in executors:
        if isinstance(executor, Prewarmed):
            await executor.prewarm()
