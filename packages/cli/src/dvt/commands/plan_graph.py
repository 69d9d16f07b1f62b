"""`dvt plan graph`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from dvt_contracts.models.plan.v1.plan_graph import PlanGraph
from dvt_engine_core.plan.drawing import dot, mermaid, plan_graph

from dvt.kinds import installed_kinds
from dvt.options import OutputOption, ShellParameter
from dvt.plan_file import load_plan
from dvt.render import show_one, table


def graph(
    path: Annotated[
        Path, Parameter(name="PATH", help="A plan, or a folder with a plan.json; else this folder.")
    ] = Path(),
    /,
    *,
    drawn_as: Annotated[
        Literal["text", "mermaid", "dot"], Parameter(name="--as", help="How to draw it, where -o is table.")
    ] = "text",
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Draw the graph of a plan: as text, in Mermaid or in DOT; with -o json as nodes and edges.

    Example: dvt plan graph golden-paths/penguins_report --as mermaid
    """
    file = load_plan(path, installed_kinds())
    drawn = plan_graph(file.plan, file.sha256)
    drawing = {"text": _text, "mermaid": mermaid, "dot": dot}[drawn_as]
    show_one(shell, drawn.document(), output, name="planId", text=lambda: drawing(drawn))
    return 0


def _text(drawn: PlanGraph) -> str:
    """A step per line, by level: what may run side by side stands together."""
    needed: dict[str, list[str]] = {node.step_id: [] for node in drawn.nodes}
    for edge in drawn.edges:
        needed[edge.to].append(edge.from_)
    nodes = sorted(drawn.nodes, key=lambda node: node.level)
    notes = {
        node.step_id: ", ".join(
            [*(["when"] if node.conditional else []), *(["all-done"] if node.run_if.value == "all-done" else [])]
        )
        for node in nodes
    }
    rows = [
        [str(node.level), node.step_id, node.kind, ", ".join(needed[node.step_id]) or "-", notes[node.step_id] or "-"]
        for node in nodes
    ]
    return table(["LEVEL", "STEP", "KIND", "AFTER", "NOTE"], rows)
