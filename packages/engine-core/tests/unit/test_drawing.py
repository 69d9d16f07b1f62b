"""The graph of a plan as a document, in Mermaid and in DOT."""

from dvt_contracts.models.plan.v1.plan import Plan

from dvt_engine_core.plan.drawing import dot, mermaid, plan_graph
from dvt_engine_core.testing.builders import SHA
from dvt_engine_core.testing.world import plan_of

GRAPH = plan_graph(
    Plan.parse(
        plan_of(
            {"stepId": "c", "dependsOn": ["a", "b"], "runIf": "all-done"},
            {"stepId": "a"},
            {"stepId": "b", "dependsOn": ["a"], "when": "true"},
        )
    ),
    SHA,
)


def test_levels_count_the_longest_way() -> None:
    assert [(node.step_id, node.level) for node in GRAPH.nodes] == [("c", 2), ("a", 0), ("b", 1)]
    assert GRAPH.document()["edges"] == [{"from": "a", "to": "c"}, {"from": "b", "to": "c"}, {"from": "a", "to": "b"}]


def test_mermaid() -> None:
    assert mermaid(GRAPH).splitlines() == [
        "flowchart TB",
        '  s0["c<br/>noop"]',
        '  s1["a<br/>noop"]',
        '  s2{{"b<br/>noop"}}',
        "  s1 -.-> s0",
        "  s2 -.-> s0",
        "  s1 --> s2",
    ]


def test_dot() -> None:
    assert dot(GRAPH).splitlines() == [
        'digraph "sample" {',
        "  node [shape=box];",
        '  "c" [label="c\\nnoop"];',
        '  "a" [label="a\\nnoop"];',
        '  "b" [label="b\\nnoop", shape=hexagon];',
        '  "a" -> "c" [style=dotted];',
        '  "b" -> "c" [style=dotted];',
        '  "a" -> "b";',
        "}",
    ]
