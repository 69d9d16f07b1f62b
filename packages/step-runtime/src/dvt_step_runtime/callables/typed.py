"""A callable with its signature: arguments checked, the result as JSON."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_args, get_origin

from dvt_contracts.base import JsonValue
from pydantic import ConfigDict, PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from dvt_step_runtime.context import StepContext
from dvt_step_runtime.failures import StepFailed

_CONFIG = ConfigDict(ser_json_inf_nan="constants")  # NaN stays NaN: the core refuses it by name
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_ONLY)


def _adapter(annotation: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - whatever its author wrote
    try:
        return TypeAdapter(annotation, config=_CONFIG)
    except PydanticUserError as error:
        if error.code != "type-adapter-config-unused":  # models bring their own
            raise
        return TypeAdapter(annotation)


def _takes_context(annotation: object) -> bool:
    return annotation is StepContext or (get_origin(annotation) is not None and StepContext in get_args(annotation))


class TypedCallable:
    """A callable of a plan, ready to be called with JSON.

    Raises: StepFailed [PYTHON_ARGUMENTS] if its annotations cannot be used.
    """

    def __init__(self, function: Callable[..., object]) -> None:
        self.function = function
        self.is_async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
            getattr(function, "__call__", None)  # noqa: B004 - objects with an async __call__
        )
        try:
            self._signature = inspect.signature(function, eval_str=True)
            parameters = self._signature.parameters.values()
            self._adapters = {p.name: _adapter(p.annotation) for p in parameters if self._is_checked(p)}
        except (NameError, TypeError, ValueError, PydanticUserError) as error:
            raise StepFailed(
                "PYTHON_ARGUMENTS",
                f"the annotations cannot be used: {type(error).__name__}: {error}".partition("\n")[0],
            ) from error

    @staticmethod
    def _is_checked(parameter: inspect.Parameter) -> bool:
        return parameter.annotation is not inspect.Parameter.empty and not _takes_context(parameter.annotation)

    def call(self, arguments: Mapping[str, JsonValue], context: StepContext) -> object:
        """Call it; of an async one this is the awaitable.

        Raises: StepFailed [PYTHON_ARGUMENTS] naming each argument that is missing, unexpected or of another type.
        """
        bound = self._bound(arguments, context)
        return self.function(*bound.args, **bound.kwargs)

    def _bound(self, arguments: Mapping[str, JsonValue], context: StepContext) -> inspect.BoundArguments:
        faults: list[str] = []
        bound = inspect.BoundArguments(self._signature, {})
        rest = dict(arguments)
        for name, parameter in self._signature.parameters.items():
            if _takes_context(parameter.annotation):
                bound.arguments[name] = context
            elif parameter.kind in _NAMED and name in rest:
                bound.arguments[name] = self._checked(name, name, rest.pop(name), faults)
            elif parameter.kind in _NAMED and parameter.default is inspect.Parameter.empty:
                faults.append(f"`{name}` is missing")
            elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
                bound.arguments[name] = {key: self._checked(name, key, value, faults) for key, value in rest.items()}
                rest = {}
        faults += [f"`{name}` is unexpected" for name in rest]
        if faults:
            raise StepFailed("PYTHON_ARGUMENTS", "; ".join(faults))
        return bound

    def _checked(self, parameter: str, name: str, value: JsonValue, faults: list[str]) -> object:
        adapter = self._adapters.get(parameter)
        if adapter is None:
            return value
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            for fault in error.errors(
                include_url=False, include_context=False, include_input=False
            ):  # values may be secret
                place = "".join(f".{part}" for part in fault["loc"])
                faults.append(f"`{name}{place}`: {fault['msg']}")
            return None

    def document(self, value: object) -> JsonValue:
        """Write a return value as JSON by its annotation.

        Raises: StepFailed [OUTPUT_INVALID] if it does not fit the annotation, [OUTPUT_NOT_CANONICAL] if no JSON can
        express it.
        """
        annotation = self._signature.return_annotation
        free = annotation in (inspect.Signature.empty, Any, object)
        try:
            adapter = _adapter(Any if free else annotation)
        except (PydanticSchemaGenerationError, PydanticUserError):
            free, adapter = True, _adapter(Any)
        try:
            document: JsonValue = adapter.dump_python(value, mode="json", warnings="error")
        except (PydanticSerializationError, UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
            if free:
                raise StepFailed(
                    "OUTPUT_NOT_CANONICAL", f"a {type(value).__name__} was returned that JSON cannot express"
                ) from error
            name = inspect.formatannotation(annotation)
            raise StepFailed(
                "OUTPUT_INVALID", f"a {type(value).__name__} was returned that does not fit `{name}`"
            ) from error
        return document
