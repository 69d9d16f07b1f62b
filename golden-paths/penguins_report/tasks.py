"""The steps of the plan that are Python: read, clean, write the report. Standard library only.

Every function here is deterministic: the same arguments and the same file give the same output, byte for byte.
"""

import csv
import io
import logging
import re
from decimal import Decimal
from hashlib import sha256 as hash_of
from pathlib import Path
from typing import Final

import charts
import page
from dvt_step_runtime import StepContext, StepFailed
from penguins import ISLANDS, SEXES, SPECIES, Cleaned, Dropped, IslandGroup, Measured, Penguin, SexGroup, Table

LOG: Final = logging.getLogger(__name__)  # what is logged goes to the step's log, never into its output
COLUMNS: Final = (
    "species",
    "island",
    "bill_length_mm",
    "bill_depth_mm",
    "flipper_length_mm",
    "body_mass_g",
    "sex",
    "year",
)
MISSING: Final = "NA"
NUMBER: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
#: Least and greatest believable value, and decimal places.
MEASUREMENTS: Final = {
    "bill_length_mm": (20, 80, 1),
    "bill_depth_mm": (8, 30, 1),
    "flipper_length_mm": (120, 280, 0),
    "body_mass_g": (1500, 9000, 0),
}
YEARS: Final = ("2007", "2008", "2009")
#: Why a line is dropped, in the order in which it is judged: the first that applies is the reason.
REASONS: Final = ("FIELD_COUNT", "UNKNOWN_VALUE", "MISSING_MEASUREMENT", "NOT_A_NUMBER", "OUT_OF_RANGE")


def read_csv(file: str, sha256: str) -> Table:
    """Read a CSV file that lies beside this module, if it is the very file that the plan names."""
    content = Path(__file__).with_name(file).read_bytes()
    found = hash_of(content).hexdigest()
    if found != sha256:
        raise StepFailed("CSV_CHANGED", f"{file} has SHA-256 {found}, the plan was written for {sha256}")
    try:
        columns, *records = csv.reader(io.StringIO(content.decode()), strict=True)
    except (csv.Error, ValueError) as error:
        raise StepFailed("CSV_MALFORMED", f"{file}: {error}") from error
    LOG.info("%s: %d lines", file, len(records))
    return Table(rows=len(records), columns=columns, records=records)


class _Unfit(Exception):  # noqa: N818 - a verdict on a line, not an error of the program
    """A line must be dropped; its only argument is the reason."""


def clean(table: Table) -> Cleaned:
    """Type the lines; drop those that cannot be used, and say which and why."""
    if tuple(table.columns) != COLUMNS:
        raise StepFailed("CSV_COLUMNS", f"expected the columns {', '.join(COLUMNS)}")
    penguins: list[Penguin] = []
    dropped: list[Dropped] = []
    for line, record in enumerate(table.records, 2):
        try:
            penguins.append(_penguin(line, record))
        except _Unfit as unfit:
            dropped.append(Dropped(line, str(unfit)))
    LOG.info("%d lines kept, %d dropped", len(penguins), len(dropped))
    return Cleaned(
        rows=len(penguins),
        dropped=len(dropped),
        without_sex=sum(penguin.sex is None for penguin in penguins),
        reasons={reason: sum(drop.reason == reason for drop in dropped) for reason in REASONS},
        dropped_lines=dropped,
        penguins=penguins,
    )


def _penguin(line: int, record: list[str]) -> Penguin:
    if len(record) != len(COLUMNS):
        raise _Unfit("FIELD_COUNT")
    field = dict(zip(COLUMNS, record, strict=True))
    known = {"species": SPECIES, "island": ISLANDS, "sex": (*SEXES, MISSING), "year": YEARS}
    if any(field[name] not in values for name, values in known.items()):
        raise _Unfit("UNKNOWN_VALUE")
    if any(field[name] in {MISSING, ""} for name in MEASUREMENTS):
        raise _Unfit("MISSING_MEASUREMENT")
    number = {name: _number(field[name]) for name in MEASUREMENTS}
    for name, (least, greatest, places) in MEASUREMENTS.items():
        if not least <= number[name] <= greatest or number[name] != round(number[name], places):
            raise _Unfit("OUT_OF_RANGE")
    return Penguin(
        line=line,
        species=field["species"],
        island=field["island"],
        bill_length_mm=f"{number['bill_length_mm']:.1f}",
        bill_depth_mm=f"{number['bill_depth_mm']:.1f}",
        flipper_length_mm=int(number["flipper_length_mm"]),
        body_mass_g=int(number["body_mass_g"]),
        sex=None if field["sex"] == MISSING else field["sex"],
        year=int(field["year"]),
    )


def _number(text: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise _Unfit("NOT_A_NUMBER")
    return Decimal(text)


def write_report(
    context: StepContext,
    *,
    source_rows: int,
    reasons: dict[str, int],
    by_island: list[IslandGroup],
    by_sex: list[SexGroup],
    measured: list[Measured],
    min_body_mass_g: int,
) -> dict[str, int]:
    """Write `report.html` with both charts in it, and the charts as files of their own."""
    pictures = {
        "flipper-and-mass.svg": charts.flipper_and_mass(measured),
        "mass-by-island.svg": charts.mass_by_island(by_island),
    }
    facts = page.Facts(source_rows, reasons, by_island, by_sex, len(measured), min_body_mass_g)
    for name, picture in pictures.items():
        context.artifact(name, picture, media_type="image/svg+xml")
    context.artifact("report.html", page.write(facts, tuple(pictures.values())), media_type="text/html")
    LOG.info("report over %d penguins in %d groups", len(measured), len(by_island))
    return {"rows": len(measured), "dropped": sum(reasons.values()), "groups": len(by_island)}
