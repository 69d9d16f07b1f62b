"""Two charts as SVG, drawn with plain text: the same penguins give the same bytes on every machine.

Coordinates come from sums, products and quotients only and are written with one decimal place. The colours
differ in hue and in lightness, so that people with any colour vision tell them apart; each species has its own shape.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from penguins import SPECIES, IslandGroup, Measured

COLOURS: Final = {"Adelie": "#d55e00", "Chinstrap": "#9b3f86", "Gentoo": "#0072b2"}
INK: Final = "#222222"
QUIET: Final = "#666666"
GRID: Final = "#e3e3e3"


@dataclass(frozen=True, slots=True)
class Axis:
    """Values onto pixels; `low` and `high` are multiples of `step`."""

    low: int
    high: int
    step: int
    start: float
    end: float

    def at(self, value: float) -> float:
        """Pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> range:
        """Values to mark."""
        return range(self.low, self.high + 1, self.step)


def axis_over(values: Iterable[int], *, step: int, start: float, end: float, otherwise: tuple[int, int]) -> Axis:
    """Find the axis that holds all values between two marks, or `otherwise` where there are none."""
    seen = sorted(values)
    low, high = (seen[0] // step * step, -(-seen[-1] // step) * step) if seen else otherwise
    return Axis(low, max(high, low + step), step, start, end)


def flipper_and_mass(penguins: Sequence[Measured]) -> str:
    """Scatter chart: flipper length across, body mass up, a mark per penguin."""
    across = axis_over(
        (penguin.flipper_length_mm for penguin in penguins), step=10, start=86, end=734, otherwise=(170, 240)
    )
    up = axis_over((penguin.body_mass_g for penguin in penguins), step=500, start=438, end=74, otherwise=(2500, 6500))
    parts = [_text(16, 28, "Body mass and flipper length", size=17, weight="600")]
    for mark in up.ticks:
        parts += [_line(across.start, up.at(mark), across.end, up.at(mark), GRID)]
        parts += [_text(across.start - 8, up.at(mark) + 4, f"{mark:,}", anchor="end", colour=QUIET)]
    for mark in across.ticks:
        parts += [_line(across.at(mark), up.start, across.at(mark), up.end, GRID)]
        parts += [_text(across.at(mark), up.start + 20, str(mark), anchor="middle", colour=QUIET)]
    parts += [
        _line(across.start, up.start, across.end, up.start, QUIET),
        _line(across.start, up.start, across.start, up.end, QUIET),
        _text((across.start + across.end) / 2, 482, "Flipper length (mm)", anchor="middle"),
        _upright(26, (up.start + up.end) / 2, "Body mass (g)"),
    ]
    for species in SPECIES:
        chosen = sorted(
            (penguin.flipper_length_mm, penguin.body_mass_g) for penguin in penguins if penguin.species == species
        )
        marks = "".join(_SHAPES[species](across.at(flipper), up.at(mass)) for flipper, mass in chosen)
        look = f'fill="{COLOURS[species]}" fill-opacity="0.72" stroke="#ffffff" stroke-width="0.7"'
        parts.append(f"<g {look}><title>{species}</title>{marks}</g>")
    parts += _nothing(penguins, (across.start + across.end) / 2, (up.start + up.end) / 2)
    parts += _legend(penguins)
    return _picture(
        760,
        498,
        "Body mass and flipper length",
        f"Scatter chart of {len(penguins)} penguins: flipper length in millimetres across, body mass in grams up, "
        "one colour and shape per species.",
        parts,
    )


def mass_by_island(groups: Sequence[IslandGroup]) -> str:
    """Bar chart: mean body mass of each species on each island, with one standard deviation to both sides."""
    reach = [end for group in groups for end in (0, group.body_mass_g + (group.body_mass_sd_g or 0))]
    across = axis_over(reach, step=1000, start=196, end=690, otherwise=(0, 6000))
    top, pitch = 52.0, 46.0
    bottom = top + pitch * max(len(groups), 1)
    parts = [_text(16, 28, "Mean body mass by species and island", size=17, weight="600")]
    for mark in across.ticks:
        parts += [_line(across.at(mark), top, across.at(mark), bottom, GRID)]
        parts += [_text(across.at(mark), bottom + 20, f"{mark:,}", anchor="middle", colour=QUIET)]
    for place, group in enumerate(groups):
        parts += _bar(group, across, top + pitch * place + 8, pitch - 16)
    parts += _nothing(groups, (across.start + across.end) / 2, (top + bottom) / 2)
    parts += [
        _line(across.start, top, across.start, bottom, QUIET),
        _text(
            (across.start + across.end) / 2,
            bottom + 46,
            "Body mass (g), mean \N{PLUS-MINUS SIGN} 1 SD",
            anchor="middle",
        ),
    ]
    said = f"Bar chart of {len(groups)} groups: mean body mass in grams with one standard deviation to both sides."
    return _picture(760, round(bottom + 62), "Mean body mass by species and island", said, parts)


def _bar(group: IslandGroup, across: Axis, top: float, height: float) -> list[str]:
    colour, mean, middle = COLOURS[group.species], group.body_mass_g, top + height / 2
    width = across.at(mean) - across.start
    parts = [
        _text(across.start - 10, middle - 2, group.species, anchor="end", weight="600", colour=colour),
        _text(
            across.start - 10, middle + 13, f"{group.island}, n = {group.penguins}", anchor="end", colour=QUIET, size=12
        ),
        f'<rect x="{across.start:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>',
        _text(across.start + 10, middle + 5, f"{mean:,} g", colour="#ffffff", weight="600"),
    ]
    if group.body_mass_sd_g is not None:
        low, high = across.at(mean - group.body_mass_sd_g), across.at(mean + group.body_mass_sd_g)
        parts.append(_line(low, middle, high, middle, INK, width=1.6))
        parts += [_line(end, middle - 5, end, middle + 5, INK, width=1.6) for end in (low, high)]
    return parts


def _legend(penguins: Sequence[Measured]) -> list[str]:
    parts = []
    for species, left in zip(SPECIES, (96, 236, 394), strict=True):
        count = sum(penguin.species == species for penguin in penguins)
        parts.append(f'<g fill="{COLOURS[species]}">{_SHAPES[species](left, 50)}</g>')
        parts.append(_text(left + 12, 54.5, f"{species} (n = {count})"))
    return parts


def _nothing(shown: Sequence[object], x: float, y: float) -> list[str]:
    return [] if shown else [_text(x, y, "No penguins to show", anchor="middle", colour=QUIET)]


def _circle(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.2"/>'


def _triangle(x: float, y: float) -> str:
    return f'<path d="M{x:.1f} {y - 5:.1f}L{x + 4.8:.1f} {y + 3.6:.1f}L{x - 4.8:.1f} {y + 3.6:.1f}Z"/>'


def _square(x: float, y: float) -> str:
    return f'<rect x="{x - 3.8:.1f}" y="{y - 3.8:.1f}" width="7.6" height="7.6"/>'


_SHAPES: Final[dict[str, Callable[[float, float], str]]] = {
    "Adelie": _circle,
    "Chinstrap": _triangle,
    "Gentoo": _square,
}


def _text(
    x: float, y: float, said: str, *, anchor: str = "start", size: int = 13, weight: str = "400", colour: str = INK
) -> str:
    look = f'text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(said)}</text>'


def _upright(x: float, y: float, said: str) -> str:
    return (
        f'<text transform="translate({x:.1f} {y:.1f}) rotate(-90)" text-anchor="middle" '
        f'font-size="13" fill="{INK}">{escape(said)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def _picture(width: int, height: int, title: str, description: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}" font-family="system-ui, \'DejaVu Sans\', Arial, sans-serif">'
    )
    inside = [
        f"<desc>{escape(description)}</desc>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *parts,
    ]
    return "\n".join([head, *inside, "</svg>", ""])
