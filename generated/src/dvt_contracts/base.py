"""What every generated model stands on: the strict base class and the open JSON values."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, PlainValidator

MAX_SAFE_INTEGER = 2**53 - 1
MAX_DEPTH = 64
WRITTEN_WITH_EXPONENT = 1e21


class Contract(BaseModel):
    """A frozen document of a contract; wire names are the aliases.

    Raises: pydantic.ValidationError where a document breaks the contract.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        defer_build=True,
    )

    @classmethod
    def parse(cls, document: object) -> Self:
        """Read a document that came from JSON, by its wire names only."""
        return cls.model_validate(document, by_alias=True, by_name=False)

    def document(self) -> dict[str, "JsonValue"]:
        """The document as JSON values under its wire names; absent members stay absent."""
        return self.model_dump(mode="json", by_alias=True)


def _fault(value: object, depth: int) -> str | None:
    """Say what keeps `value` from being a canonical JSON value; None when nothing does."""
    match value:
        case None | bool():
            return None
        case str():
            return _text_fault(value)
        case int():
            return None if abs(value) <= MAX_SAFE_INTEGER else "an integer beyond 2^53-1"
        case float():
            return _float_fault(value)
        case list() | tuple() | dict():
            return _container_fault(value, depth)
        case _:
            return f"a value of type {type(value).__name__}"


def _float_fault(value: float) -> str | None:
    if not math.isfinite(value):
        return "a number that is not finite"
    # RFC 8785 writes it without point or exponent: a reader meets an integer
    beyond = MAX_SAFE_INTEGER < abs(value) < WRITTEN_WITH_EXPONENT and value.is_integer()
    return "an integer beyond 2^53-1" if beyond else None


def _container_fault(value: "list[object] | tuple[object, ...] | dict[object, object]", depth: int) -> str | None:
    if depth == 0:
        return "nesting too deep"
    if isinstance(value, dict):
        for key in value:
            fault = _text_fault(key) if isinstance(key, str) else f"a key of type {type(key).__name__}"
            if fault:
                return fault
        value = list(value.values())
    return next((fault for item in value if (fault := _fault(item, depth - 1))), None)


def _text_fault(text: str) -> str | None:
    if "\x00" in text:
        return "the character U+0000"
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        return "a lone surrogate"
    return None


def canonical_fault(value: object, *, depth: int = MAX_DEPTH) -> str | None:
    """Say what keeps `value` out of canonical JSON (RFC 8785 on I-JSON), or None.

    Shape: any object; trees of None, bool, int, float, str, list, tuple, dict pass, nested `depth` deep at most.
    Source: GLOSSARY, values.
    """
    return _fault(value, depth)


def _json_value(value: object) -> object:
    fault = canonical_fault(value)
    if fault:
        msg = f"must be canonical JSON, found {fault}"
        raise ValueError(msg)
    return value


def _json_object(value: object) -> object:
    if not isinstance(value, dict):
        msg = "must be a JSON object"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a fault of the document
    return _json_value(value)


def _true(value: object) -> object:
    if value is not True:
        raise ValueError("must be true")
    return value


if TYPE_CHECKING:
    JustTrue: TypeAlias = Literal[True]
    JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
    JsonObject: TypeAlias = "Mapping[str, JsonValue]"
else:
    JustTrue = Annotated[bool, PlainValidator(_true)]
    JsonValue = Annotated[object, PlainValidator(_json_value)]
    JsonObject = Annotated[object, PlainValidator(_json_object)]


class Empty(Contract):
    """An object without members."""
