"""A JSON file with its text, its value and the lines of its members."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from dvt_contracts.base import JsonValue
from dvt_contracts.models.errors.v1.fault import Fault
from dvt_engine_core.plan.pointer import pointer, scan
from dvt_engine_core.plan.text import read_json
from pydantic import MISSING

from dvt_contract_gate.finding import Finding, Level


@lru_cache(maxsize=4096)
def _read_kept(content: bytes) -> tuple[JsonValue, tuple[Fault, ...]]:
    """Read a text, or remember it: the self-test reads the same files again and again."""
    return read_json(content)


@dataclass(frozen=True)
class Document:
    """A JSON file.

    Shape: `name` is its path in the repository, with slashes.
    """

    path: Path
    name: str

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.path.read_bytes()

    @cached_property
    def _read(self) -> tuple[JsonValue, tuple[Fault, ...]]:
        return _read_kept(self.content)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Why the text is no strict JSON; () when it is."""
        return self._read[1]

    @property
    def value(self) -> JsonValue:
        """What the file holds; None when it cannot be read."""
        return self._read[0]

    @property
    def members(self) -> dict[str, JsonValue]:
        """The value as an object; {} when it is none."""
        return dict(self.value) if isinstance(self.value, dict) else {}

    @cached_property
    def _places(self) -> dict[str, int]:
        found = scan(self.content.decode("utf-8", "replace")).places
        return {where: place.line for where, place in found.items()}

    def line(self, at: str) -> int:
        """The line of what a JSON Pointer names, or of the nearest thing around it."""
        while at and at not in self._places:
            at = at.rpartition("/")[0]
        return self._places.get(at, 1)

    def finding(
        self, rule: str, at: str | list[str | int], message: str, advice: str, level: Level = Level.ERROR
    ) -> Finding:
        """A finding at a place of this file, given as a pointer or its parts."""
        where = at if isinstance(at, str) else pointer(at)
        return Finding(self.name, self.line(where), rule, message, advice, level)

    def fault_line(self, fault: Fault) -> int:
        """The line of a fault of the text."""
        return 1 if fault.line is MISSING else fault.line
