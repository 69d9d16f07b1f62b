"""What a rule has to say about one place in the contracts."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Whether a finding makes the gate red, or only tells."""

    ERROR = "error"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One message: where, which rule, what is wrong, what to do.

    Shape: `file` relative to the repository, with slashes; `line` from 1.
    """

    file: str
    line: int
    rule: str
    message: str
    advice: str
    level: Level = Level.ERROR
