"""The repository as the gate reads it: contracts, and what lies beside them and must agree."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import jsonschema_rs
from dvt_contracts.base import JsonValue
from dvt_contracts.loader import BASE_ID

from dvt_contract_gate.document import Document
from dvt_contract_gate.examples import Example, Target, example_of, targets_of

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, eq=False)
class Tree:
    """A `contracts` folder and its surroundings. Nothing is written, nothing is imported from it."""

    contracts: Path

    @property
    def root(self) -> Path:
        """The repository: the folder that holds `contracts`."""
        return self.contracts.parent

    def document(self, path: Path) -> Document:
        """One JSON file."""
        return Document(path, path.relative_to(self.root).as_posix())

    def documents(self, *folder: str) -> list[Document]:
        """All JSON files below a folder of the contracts, in a fixed order."""
        return [self.document(path) for path in sorted(self.contracts.joinpath(*folder).rglob("*.json"))]

    @cached_property
    def schemas(self) -> dict[str, Document]:
        """Schemas by their path below `schemas`, with `.json`; files that are no JSON object are left out."""
        base = self.contracts / "schemas"
        found = {document.path.relative_to(base).as_posix(): document for document in self.documents("schemas")}
        return {path: document for path, document in found.items() if document.members}

    @cached_property
    def registry(self) -> jsonschema_rs.Registry:
        """The schemas by the `$id` that their path asks for."""
        resources = [
            (BASE_ID + path, {**document.members, "$id": BASE_ID + path}) for path, document in self.schemas.items()
        ]
        return jsonschema_rs.Registry(resources)

    def validator(self, reference: str) -> jsonschema_rs.Draft202012Validator:
        """The validator of what a reference names.

        Shape: `reference` relative to the base, such as `plan/v1/step.json` or `glossary/v1/ids.json#/$defs/RunId`.
        Raises: ValueError if it, or what it refers to, is not there or no schema.
        """
        if reference not in self._validators:
            schema = {"$schema": DRAFT, "$ref": BASE_ID + reference}
            made = jsonschema_rs.Draft202012Validator(schema, registry=self.registry, offline=True)
            self._validators[reference] = made
        return self._validators[reference]

    @cached_property
    def _validators(self) -> dict[str, jsonschema_rs.Draft202012Validator]:
        return {}

    @cached_property
    def examples(self) -> list[Example]:
        """All examples, in a fixed order."""
        base = self.contracts / "examples"
        return [
            example_of(document, document.path.relative_to(base).as_posix()) for document in self.documents("examples")
        ]

    @cached_property
    def targets(self) -> list[Target]:
        """Everything that examples must show: each schema, or each definition where there is nothing else."""
        return [target for path, document in self.schemas.items() for target in targets_of(path, document.members)]

    def schema_node(self, target: Target) -> dict[str, JsonValue]:
        """The schema of a target; {} when there is none."""
        document = self.schemas.get(f"{target.path}.json")
        members = document.members if document else {}
        if not target.definition:
            return members
        definitions = members.get("$defs")
        node = definitions.get(target.definition) if isinstance(definitions, dict) else {}
        return dict(node) if isinstance(node, dict) else {}
