"""A small family of its own, released once, to show the rules that hold from 1.0 on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from dvt_contract_gate.baselines import freeze
from dvt_contract_gate.snapshot import snapshot_of
from dvt_contract_gate.tree import DRAFT, Tree

_PATH: Final = "schemas/fixture/v1/parcel.json"


def parcel() -> dict[str, Any]:
    """The schema of the family."""
    text = {"type": "string", "minLength": 1, "maxLength": 40, "description": "A text.", "examples": ["red"]}
    return {
        "$schema": DRAFT,
        "$id": "https://dvt.local/contracts/fixture/v1/parcel.json",
        "title": "Parcel",
        "description": "Something that is sent.",
        "type": "object",
        "properties": {
            "parcelId": dict(text),
            "size": {"type": "string", "enum": ["small", "large"], "description": "How big.", "examples": ["small"]},
            "grams": {"type": "integer", "minimum": 1, "maximum": 9000, "description": "Weight.", "examples": [120]},
            "note": dict(text),
        },
        "required": ["parcelId", "size"],
        "additionalProperties": False,
    }


class Family:
    """The fixture family below `contracts`, released once."""

    def __init__(self, root: Path, version: str) -> None:
        self.contracts = root / "contracts"
        self.version = version
        self.write(_PATH, parcel())
        self.write("examples/fixture/v1/valid/parcel.small.json", {"parcelId": "a", "size": "small", "grams": 120})
        self.write("examples/fixture/v1/invalid/parcel.no-size.json", {"parcelId": "a"})
        self.contracts.joinpath("CHANGELOG.md").write_text(f"# Changelog\n\n## {version}\n\nFirst.\n", "utf-8")
        freeze(self.contracts, version, snapshot_of(Tree(self.contracts), version))

    def write(self, path: str, document: object) -> None:
        """Write a JSON file below the contracts."""
        file = self.contracts / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=2) + "\n", "utf-8")

    def change(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Write the schema with a change."""
        schema = parcel()
        change(schema)
        self.write(_PATH, schema)

    def tell(self) -> None:
        """Tell of the change in the changelog."""
        text = f"# Changelog\n\n## Next\n\n- fixture: `fixture/v1/parcel` is another.\n\n## {self.version}\n\nFirst.\n"
        self.contracts.joinpath("CHANGELOG.md").write_text(text, "utf-8")
