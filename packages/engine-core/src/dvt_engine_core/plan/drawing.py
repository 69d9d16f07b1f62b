"""The graph of a plan, drawn: as a document, in Mermaid and in DOT."""

from collections.abc import Iterator

from dvt_contracts.models.glossary.v1.status import RunIf
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.models.plan.v1.plan_graph import GraphEdge, GraphNode, PlanGraph
from pydantic import MISSING

from dvt_engine_core.plan.levels import graph_of, levels


def plan_graph(plan: Plan, sha256: str) -> PlanGraph:
    """Nodes and edges of a validated plan, in plan order.

    Source: contract plan/v1/plan_graph.
    """
    depths = levels(graph_of(plan))
    return PlanGraph(
        plan_id=plan.plan_id,
        plan_version=plan.plan_version,
        sha256=sha256,
        nodes=[
            GraphNode(
                step_id=step.step_id,
                kind=step.kind,
                level=depth,
                run_if=step.run_if,
                conditional=step.when is not MISSING,
            )
            for step, depth in zip(plan.steps, depths, strict=True)
        ],
        edges=[GraphEdge(from_=needed, to=step.step_id) for step in plan.steps for needed in step.depends_on],
    )


def mermaid(graph: PlanGraph) -> str:
    """A flowchart in Mermaid: a step with a condition is a hexagon, what leads to a clean-up step is dotted."""
    return "\n".join(["flowchart TB", *_mermaid(graph)])


def _mermaid(graph: PlanGraph) -> Iterator[str]:
    number = {node.step_id: place for place, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        opened, closed = ("{{", "}}") if node.conditional else ("[", "]")
        yield f'  s{number[node.step_id]}{opened}"{node.step_id}<br/>{node.kind}"{closed}'
    for edge in graph.edges:
        arrow = "-.->" if _cleans_up(graph, number[edge.to]) else "-->"
        yield f"  s{number[edge.from_]} {arrow} s{number[edge.to]}"


def dot(graph: PlanGraph) -> str:
    """A digraph in DOT, for Graphviz; shapes and lines as in Mermaid."""
    return "\n".join([f'digraph "{graph.plan_id}" {{', "  node [shape=box];", *_dot(graph), "}"])


def _dot(graph: PlanGraph) -> Iterator[str]:
    number = {node.step_id: place for place, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        shape = ", shape=hexagon" if node.conditional else ""
        yield f'  "{node.step_id}" [label="{node.step_id}\\n{node.kind}"{shape}];'
    for edge in graph.edges:
        style = " [style=dotted]" if _cleans_up(graph, number[edge.to]) else ""
        yield f'  "{edge.from_}" -> "{edge.to}"{style};'


def _cleans_up(graph: PlanGraph, place: int) -> bool:
    return graph.nodes[place].run_if is RunIf.ALL_DONE
