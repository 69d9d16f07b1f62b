"""The records that travel between the steps: as JSON in outputs, as these classes inside the functions."""

from dataclasses import dataclass
from typing import Final

SPECIES: Final = ("Adelie", "Chinstrap", "Gentoo")
ISLANDS: Final = ("Biscoe", "Dream", "Torgersen")
SEXES: Final = ("female", "male")


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file as text: nothing judged yet. The first record stands on line 2."""

    rows: int
    columns: list[str]
    records: list[list[str]]


@dataclass(frozen=True, slots=True)
class Penguin:
    """One penguin with all its measurements.

    Shape: `line` is its line in the CSV file, and its key; decimals are text with one place, so that no step ever
    formats a float; `sex` is None where it was not determined.
    Units: millimetres, grams.
    """

    line: int
    species: str
    island: str
    bill_length_mm: str
    bill_depth_mm: str
    flipper_length_mm: int
    body_mass_g: int
    sex: str | None
    year: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line of the CSV file that was left out, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning came to; `reasons` counts the dropped lines by every reason there is, zeros included."""

    rows: int
    dropped: int
    without_sex: int
    reasons: dict[str, int]
    dropped_lines: list[Dropped]
    penguins: list[Penguin]


@dataclass(frozen=True, slots=True)
class Measured:
    """One penguin in the scatter chart."""

    species: str
    flipper_length_mm: int
    body_mass_g: int


@dataclass(frozen=True, slots=True)
class IslandGroup:
    """Means of one species on one island; the deviation of a single penguin is None."""

    species: str
    island: str
    penguins: int
    bill_length_mm: str
    bill_depth_mm: str
    flipper_length_mm: str
    body_mass_g: int
    body_mass_sd_g: int | None


@dataclass(frozen=True, slots=True)
class SexGroup:
    """Means of one species and sex."""

    species: str
    sex: str | None
    penguins: int
    flipper_length_mm: str
    body_mass_g: int
    body_mass_sd_g: int | None
