"""Parameters of a kind: their schema without references, and reading them."""

from posixpath import join, normpath
from typing import TypeVar

from dvt_contracts.base import Contract, JsonObject, JsonValue
from dvt_contracts.loader import BASE_ID, schema, schemas
from dvt_engine_core.errors import StepError
from pydantic import ValidationError

ModelT = TypeVar("ModelT", bound=Contract)


def parameters_schema(kind: str) -> JsonObject:
    """The contract's schema of a kind's parameters, each reference replaced by what it names.

    Shape: no contract of parameters refers to itself.
    """
    path = f"plan/v1/kinds/{kind}.json"
    inlined = _inlined(schema(path.removesuffix(".json")), path)
    if not isinstance(inlined, dict):
        raise TypeError(path)
    return inlined


def _inlined(node: JsonValue, path: str) -> JsonValue:
    if isinstance(node, list):
        return [_inlined(item, path) for item in node]
    if not isinstance(node, dict):
        return node
    rest = {key: _inlined(value, path) for key, value in node.items() if key != "$ref"}
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return rest
    file, _, pointer = reference.partition("#")
    target_path = normpath(join(path, "..", file)) if file else path
    target: JsonValue = schemas()[BASE_ID + target_path]
    for part in pointer.split("/")[1:]:
        target = target[part]  # type: ignore[index, call-overload]  # the contracts gate resolves every reference
    inlined = _inlined(target, target_path)
    return {**inlined, **rest} if isinstance(inlined, dict) else inlined


def read_parameters(model: type[ModelT], parameters: JsonObject) -> ModelT:
    """Read parameters whose references are resolved.

    Raises: StepError [PLAN_PARAMETERS] naming the places, never the values: they may be secrets.
    """
    try:
        return model.parse(parameters)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        text = "; ".join(f"/{'/'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
        raise StepError(text, code="PLAN_PARAMETERS") from None  # the error shows the values
