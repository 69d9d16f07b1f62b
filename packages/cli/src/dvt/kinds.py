"""The step kinds that are installed here, with the schemas of their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final

from dvt_contracts.base import JsonObject
from dvt_step_runtime.parameters import parameters_schema

_GROUP: Final = "dvt.step_kinds"
_BUILT_IN: Final = "dvt_step_runtime."


def installed_kinds() -> Mapping[str, JsonObject]:
    """Parameters' schemas by kind.

    Shape: those of the built-in kinds come from their contracts, which is quick; where a package brings another one,
    executors are loaded.
    Raises: DvtError [CONFIG_INVALID] naming the package that is broken.
    """
    points = entry_points(group=_GROUP)
    if all(point.value.startswith(_BUILT_IN) for point in points):
        return {name: parameters_schema(name) for name in sorted({point.name for point in points})}
    from dvt_step_runtime.plugins import load_executors

    return {kind: executor.parameters_schema for kind, executor in load_executors().items()}
