"""Write docs/ROADMAP.md from docs/roadmap.json: phases, critical path, Gantt, the state of each row."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.docs.contract_page import cell
from tools.docs.json_nodes import Node, as_node, nodes, read, text, texts
from tools.files import ROOT

DATA = ROOT / "docs" / "roadmap.json"
PAGE = ROOT / "docs" / "ROADMAP.md"
STATES = ("done", "partly", "open")
EPOCH = "2026-01-05"  # a Monday; the axis shows week numbers, no dates
HEAD = """# Roadmap

<!-- Written by `nox -s docs -- --write` from docs/roadmap.json; do not edit. -->
"""


def faults(data: Node) -> Iterator[str]:
    """Yield what is wrong with the data: unknown states and phases, rows without a phase or in two, loops."""
    rows = [text(row, "row") for row in nodes(data.get("rows"))]
    phases = [text(phase, "id") for phase in nodes(data.get("phases"))]
    placed = [row for phase in nodes(data.get("phases")) for row in texts(phase.get("rows"))]
    yield from (f"row {row} stands twice" for row in sorted({row for row in rows if rows.count(row) > 1}))
    yield from (f"row {row} belongs to no phase" for row in rows if row not in placed)
    yield from (f"a phase names the row {row}, which is not there" for row in placed if row not in rows)
    yield from (f"row {row} is in two phases" for row in sorted({row for row in placed if placed.count(row) > 1}))
    for row in nodes(data.get("rows")):
        if text(row, "state") not in STATES:
            yield f"row {text(row, 'row')} has the state {row.get('state')!r}; one of {', '.join(STATES)} is expected"
        for name in re.findall(r"(?<![`\w/.])[\w.-]+/[\w./-]*\w(?!`)", text(row, "shown")):
            if not (ROOT / name).exists():
                yield f"row {text(row, 'row')} is shown by {name}, which is not there"
        if text(row, "state") != "open" and not text(row, "shown"):
            yield f"row {text(row, 'row')} is {text(row, 'state')} but says not where that is shown"
        if text(row, "state") != "done" and not text(row, "missing"):
            yield f"row {text(row, 'row')} is {text(row, 'state')} but says not what is missing"
    for place, phase in enumerate(nodes(data.get("phases"))):
        for earlier in texts(phase.get("after")):
            if earlier not in phases[:place]:
                yield f"phase {text(phase, 'id')} comes after {earlier}, which does not stand before it"


def weeks(phase: Node) -> int:
    """Return the estimated size of a phase."""
    value = phase.get("weeks")
    return value if isinstance(value, int) else 0


def critical_path(phases: list[Node]) -> list[str]:
    """Return the longest chain of phases, by estimated weeks; phases stand after those they need."""
    best: dict[str, tuple[int, list[str]]] = {}
    for phase in phases:
        before = [best[name] for name in texts(phase.get("after"))]
        length, chain = max(before, key=lambda found: found[0], default=(0, []))
        best[text(phase, "id")] = (length + weeks(phase), [*chain, text(phase, "id")])
    return max(best.values(), key=lambda found: found[0], default=(0, []))[1]


def state(phase: Node, rows: dict[str, Node]) -> str:
    """Return the state of a phase: that of its rows when they agree, else `partly`."""
    found = {text(rows[row], "state") for row in texts(phase.get("rows"))}
    return found.pop() if len(found) == 1 else "partly"


def gantt(phases: list[Node], rows: dict[str, Node]) -> str:
    """Draw the phases; weeks are estimates, counted from the start of the project."""
    path = critical_path(phases)
    lines = ["gantt", "  dateFormat YYYY-MM-DD", "  axisFormat week %W", "  tickInterval 4week"]
    for phase in phases:
        name = text(phase, "id")
        tags = ["crit"] if name in path else []
        tags += {"done": ["done"], "partly": ["active"]}.get(state(phase, rows), [])
        after = texts(phase.get("after"))
        start = "after " + " ".join(after) if after else EPOCH
        title = re.sub(r"[:;#,]", " ", text(phase, "name"))
        lines.append(f"  {title} :{', '.join([*tags, name, start, f'{weeks(phase)}w'])}")
    return "```mermaid\n" + "\n".join(lines) + "\n```"


def page(data: Node) -> str:
    """Write the page."""
    phases, rows = nodes(data.get("phases")), {text(row, "row"): row for row in nodes(data.get("rows"))}
    count = {state: sum(text(row, "state") == state for row in rows.values()) for state in STATES}
    names = {text(phase, "id"): text(phase, "name") for phase in phases}
    parts = [
        HEAD,
        f"{len(rows)} rows: {', '.join(f'{count[state]} {state}' for state in STATES)}. {text(data, 'rule')}\n",
        f"## Phases\n\n{gantt(phases, rows)}\n",
        f"{text(data, 'scale')}\n",
        f"Critical path: {' → '.join(names[name] for name in critical_path(phases))}.\n",
    ]
    for phase in phases:
        after = ", ".join(names[name] for name in texts(phase.get("after")))
        parts.append(f"## {text(phase, 'name')}\n\n{text(phase, 'goal')}{f' After: {after}.' if after else ''}\n")
        parts.append("| row | what | state | shown by | missing |\n|---|---|---|---|---|")
        for name in texts(phase.get("rows")):
            row = as_node(rows[name])
            cells = [cell(text(row, key)) for key in ("what", "state", "shown", "missing")]
            parts.append(f"| {name} | {' | '.join(cells)} |")
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def load(path: Path = DATA) -> Node:
    """Read the data, or raise ValueError with everything that is wrong with it."""
    data = read(path)
    if found := list(faults(data)):
        raise ValueError("\n".join(f"{path.name}: {fault}" for fault in found))
    return data
