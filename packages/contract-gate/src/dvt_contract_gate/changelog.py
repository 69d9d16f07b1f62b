"""What the changelog says of the changes since the last release."""

import re
from pathlib import Path
from typing import Final

_HEADING: Final = re.compile(r"^## +(.+)$", re.MULTILINE)
_BULLET: Final = re.compile(r"^- .+(?:\n  .+)*", re.MULTILINE)


def told_since(contracts: Path, version: str) -> list[str]:
    """The entries above the heading of a released version, newest section first.

    Shape: bullets with their further lines, from CHANGELOG.md of the contracts and from changelogs per family below
    `changelog/`; [] when there are none.
    """
    files = [contracts / "CHANGELOG.md", *sorted((contracts / "changelog").glob("*.md"))]
    return [entry for path in files if path.exists() for entry in _entries(path.read_text("utf-8"), version)]


def _entries(text: str, version: str) -> list[str]:
    headings = list(_HEADING.finditer(text))
    released = next((found for found in headings if re.match(rf"{re.escape(version)}\b", found[1])), None)
    start = headings[0].start() if headings else len(text)
    return _BULLET.findall(text[start : released.start() if released else len(text)])


def names_schema(entry: str, path: str) -> bool:
    """Whether an entry begins with the family of a schema and names it: `- plan: `plan/v1/step` ...`.

    Shape: `path` below `schemas`, with or without `.json`.
    """
    name = path.removesuffix(".json")
    family = name.partition("/")[0]
    return bool(re.match(rf"- \**{re.escape(family)}\b", entry)) and f"`{name}`" in entry
