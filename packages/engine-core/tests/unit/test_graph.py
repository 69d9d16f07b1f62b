"""The DAG: edges both ways, cycles, ancestors."""

import pytest

from dvt_engine_core.plan.graph import Graph, ancestors, before, find_cycle


def graph(*edges: tuple[int, ...]) -> Graph:
    return Graph.of([f"s{n}" for n in range(len(edges))], edges)


def test_edges_are_known_both_ways_in_plan_order() -> None:
    diamond = graph((), (0,), (0,), (2, 1))
    assert diamond.dependencies == ((), (0,), (0,), (1, 2))
    assert diamond.dependents == ((1, 2), (3,), (3,), ())
    assert diamond.index == {"s0": 0, "s1": 1, "s2": 2, "s3": 3}


@pytest.mark.parametrize("edges", [[], [()], [(), (0,), (0, 1)], [(1,), ()]])
def test_an_acyclic_graph_has_no_cycle(edges: list[tuple[int, ...]]) -> None:
    assert find_cycle(graph(*edges)) == ()


@pytest.mark.parametrize(
    ("edges", "cycle"),
    [
        ([(1,), (0,)], (0, 1)),
        ([(2,), (0,), (1,)], (0, 2, 1)),
        ([(), (0, 2), (1,), (2,)], (1, 2)),
        ([(1,), (2,), (1,)], (1, 2)),
    ],
)
def test_a_cycle_is_found_without_what_leads_into_it(edges: list[tuple[int, ...]], cycle: tuple[int, ...]) -> None:
    assert find_cycle(graph(*edges)) == cycle


def test_a_deep_graph_needs_no_recursion() -> None:
    chain = [(), *((n,) for n in range(9_999))]
    assert find_cycle(graph(*chain)) == ()
    assert len(find_cycle(graph((9_999,), *chain[1:]))) == 10_000


def test_ancestors_are_all_transitive_dependencies() -> None:
    found = ancestors(graph((), (0,), (0,), (1, 2), ()))
    assert found == (0b0, 0b1, 0b1, 0b111, 0b0)


def test_what_comes_before_one_step_is_what_the_bit_sets_say() -> None:
    found = graph((), (0,), (0,), (2, 1), ())
    assert [before(found, step) for step in range(5)] == [(), (0,), (0,), (0, 1, 2), ()]
    assert [sum(1 << step for step in before(found, n)) for n in range(5)] == list(ancestors(found))
    assert found.order() == (0, 4, 1, 2, 3)
