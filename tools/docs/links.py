"""Make the links of a page fit the site: what the site has is linked, code of the repository is named only."""

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

LINK = re.compile(r"(?<!!)\[(?P<label>[^\]\n]+)\]\((?P<target>[^)\s#]*)(?P<anchor>#[^)\s]*)?\)")
FENCED = re.compile(r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence) *$", re.MULTILINE | re.DOTALL)
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:")


class BrokenLinkError(Exception):
    """A page links to something that is not there."""


def normal(page: str, target: str) -> str:
    """Return the path from the root of the repository that a link on `page` leads to."""
    parts: list[str] = []
    for part in (*PurePosixPath(page).parent.parts, *PurePosixPath(target).parts):
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def fitted(page: str, markdown: str, *, root: Path, on_site: Callable[[str], bool]) -> str:
    """Return the page with links for the site; raises BrokenLinkError, with file and line, for one to nowhere."""

    def fit(found: re.Match[str]) -> str:
        target = found["target"]
        if not target or ADDRESS.match(target):
            return found[0]
        path = normal(page, target)
        readme = f"{path}/README.md".lstrip("/")
        if on_site(path):
            return found[0]
        if on_site(readme):
            return f"[{found['label']}]({target.rstrip('/')}/README.md{found['anchor'] or ''})"
        if (root / path).exists():
            return found["label"]
        line = markdown.count("\n", 0, found.start()) + 1
        raise BrokenLinkError(f"{page}:{line}: nothing is at {target}")

    fences = [(fence.start(), fence.end()) for fence in FENCED.finditer(markdown)]
    return LINK.sub(
        lambda found: found[0] if any(start <= found.start() < end for start, end in fences) else fit(found), markdown
    )
