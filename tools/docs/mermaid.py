"""Find the Mermaid fences of Markdown pages and have the real Mermaid parse them."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.files import ROOT, files
from tools.node_packages import SOURCES, run_module

FENCE = re.compile(r"^( *)(`{3,}|~{3,})mermaid *\n(.*?)^ *\2 *$", re.MULTILINE | re.DOTALL)
PARSER = SOURCES / "mermaid" / "parse.mjs"


@dataclass(frozen=True, slots=True)
class Fence:
    """One diagram: where it stands (its first line, from 1) and its text."""

    file: str
    line: int
    text: str


def fences(file: str, page: str) -> Iterator[Fence]:
    """Yield the diagrams of a page."""
    for found in FENCE.finditer(page):
        indent = len(found[1])
        text = "".join(line[indent:] for line in found[3].splitlines(keepends=True))
        yield Fence(file=file, line=page.count("\n", 0, found.start(3)) + 1, text=text)


def all_fences(root: Path = ROOT) -> list[Fence]:
    """List the diagrams of every Markdown file under `root`."""
    return [
        fence for name, path in files(root) if path.suffix == ".md" for fence in fences(name, path.read_text("utf-8"))
    ]


def short(message: str) -> str:
    """Put Mermaid's message on one line: the text before the fault and what was found, without the long wish list."""
    return re.sub(r"\s*\n-*\^\nExpecting .*, got ", " ^ got ", message).replace("\n", " ")


def faults(diagrams: Iterable[Fence]) -> list[str]:
    """List the diagrams that Mermaid does not parse, as `file:line: reason`."""
    chosen = list(diagrams)
    verdicts = json.loads(run_module("mermaid", PARSER, json.dumps([fence.text for fence in chosen])))
    return [
        f"{fence.file}:{fence.line + verdict['line'] - 1}: Mermaid cannot draw this: {short(verdict['message'])}"
        for fence, verdict in zip(chosen, verdicts, strict=True)
        if verdict is not None
    ]
