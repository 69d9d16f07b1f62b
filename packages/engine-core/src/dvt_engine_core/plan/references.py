"""References inside a step's `with`: finding them, and putting values in their place."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from dvt_contracts.base import JsonObject, JsonValue

from dvt_engine_core.plan.pointer import parts_of

Kind = Literal["input", "output", "artifact", "secret", "literal"]
_KINDS: Final[dict[str, Kind]] = {
    "$input": "input",
    "$output": "output",
    "$artifact": "artifact",
    "$secret": "secret",
    "$literal": "literal",
}
#: Ids of steps, names of artifacts and secrets: [GLOSSARY-003].
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference where it stands.

    Shape: `name` is the step (output, artifact) or the secret; `at` the pointer (input, output) or the artifact's
    name; `path` leads from `with` to the reference.
    """

    kind: Kind
    path: tuple[str | int, ...]
    name: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class MalformedReference:
    """Something that looks like a reference and is none."""

    path: tuple[str | int, ...]
    why: str


def looks_like_reference(value: object) -> bool:
    """Whether a value is an object with a key that begins with a dollar sign."""
    return isinstance(value, Mapping) and any(isinstance(key, str) and key.startswith("$") for key in value)


def _pointer_fault(at: object) -> str | None:
    if not isinstance(at, str):
        return "the pointer must be a string"
    if at and not at.startswith("/"):
        return f"the pointer {at!r} must be empty or begin with /"
    return None if all("~" not in part.replace("~0", "").replace("~1", "") for part in at.split("/")) else "bad escape"


def read_reference(value: Mapping[str, JsonValue], path: tuple[str | int, ...]) -> Reference | MalformedReference:
    """Read an object that looks like a reference."""
    if len(value) != 1:
        return MalformedReference(path, "a reference is an object with exactly one key")
    key, target = next(iter(value.items()))
    kind = _KINDS.get(key)
    match kind, target:
        case None, _:
            return MalformedReference(
                path, f"{key} is no reference; {', '.join(_KINDS)} are; use $literal for dollar keys"
            )
        case "literal", _:
            return Reference("literal", path)
        case "input", at:
            fault = _pointer_fault(at)
            return MalformedReference(path, fault) if fault else Reference("input", path, at=str(at))
        case "secret", str(name) if _NAME.fullmatch(name):
            return Reference("secret", path, name=name)
        case "output", {"step": str(step), **rest} if not rest.keys() - {"at"} and _NAME.fullmatch(step):
            fault = _pointer_fault(rest.get("at", ""))
            return (
                MalformedReference(path, fault) if fault else Reference("output", path, step, str(rest.get("at", "")))
            )
        case "artifact", {"step": str(step), "name": str(name), **rest} if (
            not rest and _NAME.fullmatch(step) and _NAME.fullmatch(name)
        ):
            return Reference("artifact", path, step, name)
        case _:
            return MalformedReference(path, f"{key} has the wrong form")


def find_references(value: JsonValue, path: tuple[str | int, ...] = ()) -> Iterator[Reference | MalformedReference]:
    """All references of a value, depth first in order."""
    if isinstance(value, Mapping):
        if looks_like_reference(value):
            yield read_reference(value, path)
            return
        for key, item in value.items():
            yield from find_references(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from find_references(item, (*path, index))


def substitute(value: JsonValue, lookup: Callable[[Reference], JsonValue]) -> JsonValue:
    """Put what `lookup` finds in the place of every reference; literals are unwrapped.

    Shape: references as validated; a malformed one is a defect of the validation.
    """
    if isinstance(value, Mapping):
        if not looks_like_reference(value):
            return {key: substitute(item, lookup) for key, item in value.items()}
        reference = read_reference(value, ())
        if isinstance(reference, MalformedReference):
            raise ValueError(reference.why)  # noqa: TRY004 - the type is right, its content is not
        return value["$literal"] if reference.kind == "literal" else lookup(reference)
    if isinstance(value, list | tuple):
        return [substitute(item, lookup) for item in value]
    return value


def input_name(reference: Reference) -> str | None:
    """The top-level input that an input reference names; None for all inputs."""
    parts = parts_of(reference.at)
    return parts[0] if parts else None


def needs(parameters: JsonObject) -> tuple[Reference, ...]:
    """Well-formed references of a step's parameters."""
    return tuple(found for found in find_references(parameters) if isinstance(found, Reference))
