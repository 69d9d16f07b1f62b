"""The report as one HTML page that needs nothing else: charts inline, no script, no font, no address to load."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from penguins import IslandGroup, SexGroup

MEANING: Final = {
    "FIELD_COUNT": "the line does not have eight fields",
    "UNKNOWN_VALUE": "a species, island, sex or year that the study does not have",
    "MISSING_MEASUREMENT": "at least one of the four measurements is missing",
    "NOT_A_NUMBER": "a measurement is not a number",
    "OUT_OF_RANGE": "a measurement is beyond what is believable or too precise",
}
NONE: Final = "\N{EN DASH}"
STYLE: Final = """
body{margin:2.5rem auto;max-width:760px;padding:0 1rem;font:16px/1.5 system-ui,'DejaVu Sans',Arial,sans-serif;
color:#222;background:#fff}
h1{font-size:1.7rem;margin-bottom:.3rem}h2{font-size:1.2rem;margin-top:2.4rem}
figure{margin:1.2rem 0}svg{display:block;max-width:100%;height:auto;border:1px solid #e3e3e3}
figcaption,.source{color:#555;font-size:.9rem}figcaption{margin-top:.4rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:.35rem .5rem;text-align:left;border-bottom:1px solid #e3e3e3}
thead th{border-bottom:2px solid #888;vertical-align:bottom}
.n{text-align:right;font-variant-numeric:tabular-nums}
"""
SOURCE: Final = (
    "Data: Palmer penguins (CC0-1.0), collected by Kristen Gorman and the Palmer Station, Antarctica LTER. "
    "Gorman KB, Williams TD, Fraser WR (2014), Ecological sexual dimorphism and environmental variability within a "
    "community of Antarctic penguins (genus Pygoscelis), PLoS ONE 9(3): e90081, doi:10.1371/journal.pone.0090081. "
    "Horst AM, Hill AP, Gorman KB (2020), palmerpenguins: Palmer Archipelago (Antarctica) penguin data, "
    "doi:10.5281/zenodo.3960218."
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page tells. Units: `min_body_mass_g` grams, 0 for no limit."""

    source_rows: int
    reasons: dict[str, int]
    by_island: Sequence[IslandGroup]
    by_sex: Sequence[SexGroup]
    penguins: int
    min_body_mass_g: int


def write(facts: Facts, pictures: tuple[str, ...]) -> str:
    """Write the page; it ends with a line break and holds no time and no path."""
    scatter, bars = pictures
    body = [
        "<h1>Penguins of the Palmer Archipelago</h1>",
        f"<p>{_summary(facts)}</p>",
        _figure(scatter, "Figure 1. Each mark is one penguin."),
        _figure(bars, "Figure 2. Whiskers show one standard deviation to both sides; n is the number of penguins."),
        "<h2>Means by species and island</h2>",
        _table(
            "Species|Island|Penguins|Bill length (mm)|Bill depth (mm)|Flipper length (mm)|Body mass (g)|SD (g)",
            map(_island_row, facts.by_island),
            words=2,
        ),
        "<h2>Means by species and sex</h2>",
        _table(
            "Species|Sex|Penguins|Flipper length (mm)|Body mass (g)|SD (g)",
            (
                (g.species, g.sex or "not determined", g.penguins, g.flipper_length_mm, g.body_mass_g, g.body_mass_sd_g)
                for g in facts.by_sex
            ),
            words=2,
        ),
        "<h2>Lines left out</h2>",
        _table(
            "Reason|Meaning|Lines",
            ((reason, MEANING[reason], facts.reasons.get(reason, 0)) for reason in MEANING),
            words=2,
        ),
        f'<p class="source">{escape(SOURCE)}</p>',
    ]
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Penguins of the Palmer Archipelago</title>'
    )
    view = '<meta name="viewport" content="width=device-width,initial-scale=1">'
    return "\n".join([head, view, f"<style>{STYLE}</style></head><body>", *body, "</body></html>", ""])


def _island_row(group: IslandGroup) -> tuple[str | int | None, ...]:
    bill = (group.bill_length_mm, group.bill_depth_mm)
    mass = (group.body_mass_g, group.body_mass_sd_g)
    return (group.species, group.island, group.penguins, *bill, group.flipper_length_mm, *mass)


def _summary(facts: Facts) -> str:
    dropped = sum(facts.reasons.values())
    told = f"Of {facts.source_rows} penguins in the data set, {dropped} were left out for the reasons below. "
    if facts.min_body_mass_g:
        told += f"The report looks at the {facts.penguins} that weigh at least {facts.min_body_mass_g:,} g."
    else:
        told += f"The report looks at the other {facts.penguins}."
    return escape(told)


def _figure(picture: str, caption: str) -> str:
    return f"<figure>\n{picture}<figcaption>{escape(caption)}</figcaption></figure>"


def _table(heads: str, rows: Iterable[Sequence[str | int | None]], *, words: int) -> str:
    """Write a table; the first `words` columns are words, the others numbers."""
    lines = [_row("th", heads.split("|"), words)]
    lines += [_row("td", [_cell(value) for value in row], words) for row in rows]
    return f"<table><thead>{lines[0]}</thead><tbody>\n" + "\n".join(lines[1:]) + "\n</tbody></table>"


def _row(tag: str, cells: Sequence[str], words: int) -> str:
    shown = (
        f"<{tag}>{escape(cell)}</{tag}>" if place < words else f'<{tag} class="n">{escape(cell)}</{tag}>'
        for place, cell in enumerate(cells)
    )
    return f"<tr>{''.join(shown)}</tr>"


def _cell(value: str | int | None) -> str:
    if value is None:
        return NONE
    return value if isinstance(value, str) else f"{value:,}"
