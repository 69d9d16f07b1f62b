"""The files under `contracts/` as tests see them: schemas, examples, vectors, and the model of a schema."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from dvt_contracts.base import JsonValue
from dvt_contracts.loader import BASE_ID, schemas
from pydantic import TypeAdapter, ValidationError

ROOT: Final = Path(__file__).resolve().parents[2]
CONTRACTS: Final = ROOT / "contracts"
DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Target:
    """A schema, or one definition of it where a schema only holds definitions.

    Shape: `path` under contracts/schemas without `.json`.
    """

    path: str
    definition: str | None = None

    @property
    def schema(self) -> dict[str, JsonValue]:
        """A schema that refers to the target by its `$id`."""
        return {
            "$schema": DRAFT,
            "$ref": f"{BASE_ID}{self.path}.json" + (f"#/$defs/{self.definition}" * bool(self.definition)),
        }

    def model_takes(self, document: object) -> bool:
        """The verdict of the model."""
        try:
            model_of(self).validate_python(document, by_alias=True, by_name=False)
        except ValidationError:
            return False
        return True

    def __str__(self) -> str:
        return self.path + (f"#{self.definition}" * bool(self.definition))


@cache
def model_of(target: Target) -> TypeAdapter[object]:
    """The generated model, or the hand-written type of an open value."""
    if target.path == "glossary/v1/json":
        return TypeAdapter(getattr(import_module("dvt_contracts.base"), str(target.definition)))
    module = import_module("dvt_contracts.models." + target.path.replace("-", "_").replace("/", "."))
    # a schema that is nothing but a $ref loses its title in generation
    name = target.definition or str(schemas()[f"{BASE_ID}{target.path}.json"]["title"])
    return TypeAdapter(getattr(module, name, None) or module.Model)


def targets() -> list[Target]:
    """Everything that examples must show: each schema, or each definition where there is nothing else."""
    found = []
    for identifier, schema in sorted(schemas().items()):
        path = identifier.removeprefix(BASE_ID).removesuffix(".json")
        definitions = schema.get("$defs")
        whole = schema.keys() & {"type", "oneOf", "$ref"}
        names: list[str | None] = [None] if whole or not isinstance(definitions, Mapping) else list(definitions)
        found += [Target(path, name) for name in names]
    return found


@dataclass(frozen=True, slots=True)
class Example:
    """An example: `examples/<family>/v1/{valid,invalid}/<schema>[.<Definition>].<case>.json`."""

    file: Path

    @property
    def name(self) -> str:
        """Path under contracts/examples."""
        return self.file.relative_to(CONTRACTS / "examples").as_posix()

    @property
    def valid(self) -> bool:
        """The verdict that its folder names."""
        return "valid" in self.file.relative_to(CONTRACTS / "examples").parts[:3]

    @property
    def target(self) -> Target:
        """What it is an example of."""
        family, version, _, *rest = self.name.split("/")
        stem, *middle = rest[-1].removesuffix(".json").split(".")
        return Target("/".join([family, version, *rest[:-1], stem]), middle[0] if len(middle) > 1 else None)

    @property
    def document(self) -> JsonValue:
        """The example itself."""
        value: JsonValue = json.loads(self.file.read_text("utf-8"))
        return value


def examples(*, valid: bool | None = None) -> list[Example]:
    """All examples in a fixed order, or those of one verdict."""
    found = [Example(file) for file in sorted((CONTRACTS / "examples").rglob("*.json"))]
    return [example for example in found if valid is None or example.valid is valid]


def vectors(name: str) -> list[dict[str, Any]]:
    """The cases of a file of vectors, by its path under contracts/vectors without `.json`."""
    document = json.loads((CONTRACTS / "vectors" / f"{name}.json").read_text("utf-8"))
    cases: list[dict[str, Any]] = document["cases"]
    return cases
