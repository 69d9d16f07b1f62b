"""What the changelog of the contracts says about each family."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.files import ROOT

CHANGELOG = ROOT / "contracts" / "CHANGELOG.md"
PER_FAMILY = ROOT / "contracts" / "changelog"
VERSION = re.compile(r"^#{2,3} (?P<version>\[?\d+\.\d+\S*.*)$")
ITEM = re.compile(r"^- (?:\*\*)?(?P<families>[a-z][a-z, -]*?)(?:\*\*)?: ", re.MULTILINE)


def entries(changelog: str, family: str) -> Iterator[tuple[str, str]]:
    """Yield (version, item) of a family, in the order of the changelog; items name their families before a colon."""
    version = ""
    for block in re.split(r"\n(?=- |#|\n)", changelog):
        line = block.strip()
        if heading := VERSION.match(line):
            version = heading["version"]
        elif (item := ITEM.match(line)) and family in re.split(r",? (?:and )?|,", item["families"]):
            yield version, re.sub(r"\s*\n\s*", " ", line[item.end() :])


def history(family: str, *, shared: Path = CHANGELOG, own: Path = PER_FAMILY) -> str:
    """Return the history of a family as Markdown: its own changelog, or where there is none its items of the shared."""
    file = own / f"{family}.md"
    if file.is_file():
        return re.sub(r"\A# .*\n+", "", file.read_text("utf-8")).replace("\n## ", "\n### ").strip()
    found = list(entries(shared.read_text("utf-8"), family))
    lines = [f"- {version}: {item}" for version, item in found]
    return "\n".join([*lines, "- 0.1: first version."])
