"""Write the pages of the registries: error codes, capabilities with their support matrix, what a signal comes to."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tools.docs.contract_page import cell
from tools.docs.json_nodes import Node, as_node, compact, nodes, read, text, texts
from tools.files import ROOT

REGISTRIES = ROOT / "contracts" / "registries"
SAID = {"row", "signals", "run", "step", "decision", "application", "code", "effect", "note"}


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [heads, ["---"] * len(heads), *([cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(word: str) -> str:
    """Write a word as code; nothing for none."""
    return f"`{word}`" if word else ""


def words(node: Node, key: str) -> str:
    """Write a list of words; `any` where there is none."""
    return ", ".join(map(code, texts(node.get(key)))) or "any"


def errors(registry: Node) -> str:
    """Write the page of error codes, each with an anchor of its own name."""
    rows = [
        (
            f'<span id="{text(row, "code")}"></span>`{text(row, "code")}`',
            text(row, "meaning"),
            "yes" if row.get("retryable") is True else "no",
            compact(row.get("exitCode")),
            compact(row.get("httpStatus")),
            text(row, "hint"),
        )
        for row in nodes(registry.get("codes"))
    ]
    heads = ("code", "means", "retryable", "exit code", "HTTP", "what to do")
    return f"# Error codes\n\nA code is stable: it is never given another meaning.\n\n{table(heads, rows)}\n"


def capabilities(registry: Node) -> str:
    """Write the page of capabilities: their life, and what each adapter gives."""
    adapters = as_node(registry.get("adapters"))
    listed = nodes(registry.get("capabilities"))
    described = [
        (
            code(text(row, "capability")),
            text(row, "lifecycle"),
            text(row, "since"),
            text(row, "description"),
            code(text(row, "detect")),
        )
        for row in listed
    ]
    names = [text(row, "capability") for row in listed]
    matrix = [(code(name), *(level(as_node(given).get(name)) for given in adapters.values())) for name in names]
    return "\n\n".join(
        [
            "# Capabilities",
            "What the words mean, and how a plan is judged: [capabilities](../../capabilities.md).",
            "## Life",
            table(("capability", "lifecycle", "since", "means", "found by"), described),
            "## Support",
            table(("capability", *adapters), matrix) + "\n",
        ]
    )


def level(value: object) -> str:
    """Write a level of support: a word, or an object with the word and what is lost."""
    if isinstance(value, dict):
        return ", ".join(map(str, value.values()))
    return str(value) if value is not None else "unsupported"


def signals(registry: Node) -> str:
    """Write the page of the signal table: in every state, what a signal is answered with and what it comes to."""
    rows = [
        (
            f"`{text(row, 'row')}`",
            words(row, "signals"),
            words(row, "run"),
            words(row, "step"),
            "; ".join(f"{key} {compact(value)}" for key, value in row.items() if key not in SAID),
            text(row, "decision"),
            ", ".join(filter(None, (text(row, "application"), code(text(row, "code")), text(row, "effect")))),
            text(row, "note"),
        )
        for row in nodes(registry.get("rows"))
    ]
    heads = ("row", "signal", "run is", "step is", "and", "decision", "comes to", "note")
    about = "The first row that fits is the answer. Who may send what: [roles](../../security/rbac.md)."
    return f"# What a signal comes to\n\n{about}\n\n{table(heads, rows)}\n"


PAGES: dict[str, tuple[str, Callable[[Node], str]]] = {
    "errors/v1/codes.json": ("registries/errors.md", errors),
    "capabilities/v1/capabilities.json": ("registries/capabilities.md", capabilities),
    "signals/v1/signal_table.json": ("registries/signals.md", signals),
}


def pages(folder: Path = REGISTRIES) -> dict[str, str]:
    """Return the pages by their path below `docs/reference`."""
    return {page: write(read(folder / name)) for name, (page, write) in PAGES.items()}
