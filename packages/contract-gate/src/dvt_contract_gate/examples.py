"""Examples and what they are examples of, as their paths tell."""

from collections.abc import Mapping
from dataclasses import dataclass

from dvt_contracts.base import JsonValue

from dvt_contract_gate.document import Document

_WHOLE = frozenset({"type", "oneOf", "anyOf", "allOf", "$ref"})
_PARTS_WITH_DEFINITION = 3


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A schema, or one definition of it where a schema only holds definitions.

    Shape: `path` below contracts/schemas, without `.json`.
    """

    path: str
    definition: str = ""

    @property
    def reference(self) -> str:
        """The reference that names it, relative to the base of all ids."""
        return f"{self.path}.json" + (f"#/$defs/{self.definition}" if self.definition else "")

    def __str__(self) -> str:
        return self.path + (f"#{self.definition}" if self.definition else "")


@dataclass(frozen=True, slots=True)
class Example:
    """One example.

    Shape: `verdict` is the folder's name, `case` what the file's name says of it, without its schema.
    """

    document: Document
    target: Target
    verdict: str
    case: str

    @property
    def valid(self) -> bool:
        """The verdict that the folder names."""
        return self.verdict == "valid"


def example_of(document: Document, name: str) -> Example:
    """Read the path of an example: `<family>/v1/{valid,invalid}/<schema>[.<Definition>].<case>.json`."""
    *folders, file = name.split("/")
    family, version, verdict, *deeper = [*folders, "", "", ""][: max(3, len(folders))]
    words = file.removesuffix(".json").split(".")
    definition = words[1] if len(words) == _PARTS_WITH_DEFINITION else ""
    return Example(document, Target("/".join([family, version, *deeper, words[0]]), definition), verdict, words[-1])


def targets_of(path: str, schema: Mapping[str, JsonValue]) -> list[Target]:
    """The targets of one schema file."""
    name = path.removesuffix(".json")
    definitions = schema.get("$defs")
    if schema.keys() & _WHOLE or not isinstance(definitions, Mapping):
        return [Target(name)]
    return [Target(name, definition) for definition in definitions]
