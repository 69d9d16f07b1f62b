"""Refuse files that name a package registry or a path of somebody's machine: they would work there and nowhere else."""

import re
import sys
from pathlib import Path

from tools.files import ROOT, files

LOCKS = re.compile(r"(^|/)(requirements[^/]*\.(txt|in)|[^/]*\.lock|pylock[^/]*\.toml|package-lock\.json|\.npmrc)$")
RULES = {
    "registry host": re.compile(
        r"(?i)\b(pypi|pythonhosted|npmjs|maven|crates)\.(org|io)\b|\bpkg\.dev\b|\bartifactory\b"
    ),
    "registry option": re.compile(
        r"-(-extra)?-index[-]url\b|--trusted[-]host\b|--find-links[ =]\S*/|\[\[?tool\.uv\.index"
        r"|\bregistry\s*=\s*[\"']?http"
        r"|\b(PIP|UV)_(EXTRA_|DEFAULT_)?INDEX(_URL)?\s*[:=]\s*[\"']?http"
    ),
    "path of a machine": re.compile(r"(?<![\w.:$}>)-])/(root|work|home/\w+|Users/\w+)/\w|\b[A-Z]:\\Users\\|file:///\w"),
}
LOCK_RULES = {**RULES, "address in a lock": re.compile(r"\w://|^\s*(-[a-z]|--(?!hash=))\b|\"resolved\"")}


def faults(root: Path = ROOT) -> list[str]:
    """List every line that names a registry or a machine's path, as `file:line: what: text`."""
    found = []
    for name, path in files(root):
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # an image or an archive
        rules = LOCK_RULES if LOCKS.search(name) else RULES
        for number, line in enumerate(lines, 1):
            found += [
                f"{name}:{number}: {what}: {line.strip()[:80]}" for what, rule in rules.items() if rule.search(line)
            ]
    return found


if __name__ == "__main__":
    sys.exit("\n".join(faults()) or None)
