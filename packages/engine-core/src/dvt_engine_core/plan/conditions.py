"""Conditions of steps: CEL by the specification, over `inputs` and `steps.<id>.{status,output}`; pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cel_expr_python import cel  # type: ignore[import-untyped]  # it has stubs, and no marker of them
from dvt_contracts.base import JsonValue

from dvt_engine_core.errors import StepError

_STEP: Final = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
_ENVIRONMENT: Final = cel.NewEnv(
    variables={
        "inputs": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
        "steps": cel.Type.Map(cel.Type.STRING, _STEP),
    }
)
_KEPT: Final = 1024


def condition_fault(text: str) -> str | None:
    """Why a text is no condition; None for one that may yield bool.

    Source: plan contract, `when`.
    """
    try:
        found = _compiled(text).return_type().name()
    except RuntimeError as error:
        return str(error).partition("\n")[0].removeprefix("INVALID_ARGUMENT: ")
    return None if found in {"BOOL", "DYN"} else f"it yields {found.lower()}, not bool"


def holds(text: str, *, inputs: Mapping[str, JsonValue], steps: Mapping[str, Mapping[str, JsonValue]]) -> bool:
    """Evaluate a condition.

    Shape: `steps` maps step ids to their `status`, and `output` where they succeeded.
    Raises: StepError [WHEN_ERROR] where it cannot be evaluated or yields something else than bool.
    Source: ExecutionSemantics, `when`.
    """
    try:
        seen = {"inputs": dict(inputs), "steps": {name: dict(step) for name, step in steps.items()}}
        result = _compiled(text).eval(data=seen)
        kind, value = result.type().name(), result.value()
    except RuntimeError as error:
        raise StepError(str(error).partition("\n")[0], code="WHEN_ERROR") from None
    if kind != "BOOL":
        what = str(value).partition("\n")[0] if kind == "ERROR" else f"it yields {kind.lower()}, not bool"
        raise StepError(f"the condition {text!r}: {what}", code="WHEN_ERROR")
    return bool(value)


@lru_cache(maxsize=_KEPT)
def _compiled(text: str) -> cel.Expression:
    return _ENVIRONMENT.compile(text)
