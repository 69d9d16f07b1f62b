"""Make the links of a page fit the site: what the site has is linked, code of the repository is named only."""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

LINK = re.compile(r"(?<!!)\[(?P<label>[^\]\n]+)\]\((?P<target>[^)\s#]*)(?P<anchor>#[^)\s]*)?\)")
FENCED = re.compile(r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence) *$", re.MULTILINE | re.DOTALL)
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:")


class BrokenLinkError(Exception):
    """A page links to something that is not there."""


def fitted(page: str, markdown: str, *, root: Path, places: Mapping[str, str]) -> str:
    """Return the page with links for the site.

    Shape: `places` gives the page of the site that shows a path of the repository; a path that is shown nowhere but
    exists becomes plain text.
    Raises: BrokenLinkError, with file and line, for a link to nowhere.
    """
    folder = posixpath.dirname(page)

    def fit(found: re.Match[str]) -> str:
        target = found["target"]
        if not target or ADDRESS.match(target):
            return found[0]
        path = posixpath.normpath(posixpath.join(folder, target))
        if path in places:
            return f"[{found['label']}]({posixpath.relpath(places[path], folder or '.')}{found['anchor'] or ''})"
        if (root / path).exists():
            return found["label"]
        line = markdown.count("\n", 0, found.start()) + 1
        raise BrokenLinkError(f"{page}:{line}: nothing is at {target}")

    fences = [(fence.start(), fence.end()) for fence in FENCED.finditer(markdown)]
    return LINK.sub(
        lambda found: found[0] if any(start <= found.start() < end for start, end in fences) else fit(found), markdown
    )
