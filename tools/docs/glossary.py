"""The words that link to the glossary: the definitions of the family, its closed vocabularies, the event types."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.docs.contract_page import cell
from tools.docs.json_nodes import as_node, nodes, read, text, texts
from tools.docs.schemas import SCHEMAS
from tools.docs.state_machines import TABLES
from tools.files import ROOT

WORDS = ROOT / "docs" / "glossary.md"
ENTRY = re.compile(r"^\*\*(?P<words>[^*]+)\*\*", re.MULTILINE)
# what a link may stand in: not in fences, headings, links, tables' code with more in it than the word
SKIPPED = re.compile(
    r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence) *$|^#.*?$|!?\[[^\]\n]*\]\([^)\n]*\)|<!--.*?-->", re.MULTILINE | re.DOTALL
)
CODE = re.compile(r"(?<![`\w])`(?P<word>[A-Za-z][A-Za-z0-9_-]*)`(?!`)")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the contracts: what it means, and the schema that defines it, below `contracts/schemas`."""

    word: str
    meaning: str
    schema: str


def anchor(word: str) -> str:
    """Return the anchor of a word on the glossary page."""
    return "term-" + re.sub(r"[^A-Za-z0-9]+", "-", word)


def terms(schemas: Path = SCHEMAS, tables: Path = TABLES) -> tuple[Term, ...]:
    """List the words that the contracts define, each once; the first definition of a word counts."""
    found: dict[str, Term] = {}
    for file in sorted((schemas / "glossary").rglob("*.json")):
        page = file.relative_to(schemas).with_suffix("").as_posix()
        for name, value in as_node(read(file).get("$defs")).items():
            node = as_node(value)
            target = f"{page}.json#{name}"
            found.setdefault(name, Term(name, text(node, "description"), target))
            wire = name[0].lower() + name[1:]
            if page.endswith("/ids"):
                found.setdefault(wire, Term(wire, f"The property that holds a {name}.", target))
            for word in texts(node.get("enum")):
                known = found.get(word)
                meaning = f"{known.meaning} Also of {name}." if known else f"A word of {name}."
                found[word] = Term(word, meaning, known.schema if known else target)
    for event in nodes(read(tables).get("events")):
        name = text(event, "type")
        page = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        about = f"Event of a {text(event, 'subject')}."
        found[name] = Term(name, about, f"events/v1/{page}.json")
    return tuple(found.values())


def explained(page: str) -> dict[str, str]:
    """Return the words that the hand-written glossary explains, with their anchors."""
    return {
        word.strip("` "): anchor(found["words"].split(",")[0].strip("` "))
        for found in ENTRY.finditer(page)
        for word in found["words"].split(",")
    }


def page(words: str, defined: tuple[Term, ...], schemas: str) -> str:
    """Write the glossary: the words in prose, each with an anchor, then every word of the contracts."""
    known = explained(words)
    prose = ENTRY.sub(
        lambda found: f'<span id="{known[found["words"].split(",")[0].strip("` ")]}"></span>{found[0]}', words
    )
    rows = [
        f'| <span id="{anchor(term.word)}"></span>[{term.word}]({schemas}{term.schema}) | {cell(term.meaning)} |'
        for term in sorted(defined, key=lambda term: (term.word.lower(), term.word))
        if term.word not in known
    ]
    table = "\n".join(["| word | meaning |", "|---|---|", *rows])
    return f"{prose.rstrip()}\n\n## Words of the contracts\n\n{table}\n"


def anchors(words: str, defined: tuple[Term, ...]) -> Mapping[str, str]:
    """Return the anchor for every word that links to the glossary; prose goes before the table."""
    return {term.word: anchor(term.word) for term in defined} | explained(words)


def linked(markdown: str, known: Mapping[str, str], glossary: str) -> str:
    """Link every code span that is exactly a known word to the glossary; fences, headings and links stay."""

    def link(found: re.Match[str]) -> str:
        word = found["word"]
        return f"[`{word}`]({glossary}#{known[word]})" if word in known else found[0]

    parts, end = [], 0
    for skipped in SKIPPED.finditer(markdown):
        parts += [CODE.sub(link, markdown[end : skipped.start()]), skipped[0]]
        end = skipped.end()
    return "".join([*parts, CODE.sub(link, markdown[end:])])
