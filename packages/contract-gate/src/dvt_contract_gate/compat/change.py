"""One difference between two states of a schema."""

from dataclasses import dataclass
from enum import StrEnum


class Party(StrEnum):
    """Whom a change can break: who writes documents, or who reads them."""

    PRODUCERS = "producers"
    CONSUMERS = "consumers"


BOTH = (Party.PRODUCERS, Party.CONSUMERS)


@dataclass(frozen=True, slots=True)
class Change:
    """A difference.

    Shape: `schema` as its path below `schemas`; `parts` leads to the place in it; `breaks` is () when nobody is broken.
    `undecided` changes are ones that only containment or samples can judge.
    """

    schema: str
    parts: tuple[str | int, ...]
    kind: str
    message: str
    breaks: tuple[Party, ...] = ()
    why: str = ""
    undecided: bool = False

    @property
    def breaking(self) -> bool:
        """Whether anybody is broken."""
        return bool(self.breaks)
