"""The DAG of a plan: ids once, edges as numbers, everything in plan order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Graph:
    """Steps by index; `dependencies[i]` and `dependents[i]` are ascending indices, `index` the way back from an id."""

    step_ids: tuple[str, ...]
    dependencies: tuple[tuple[int, ...], ...]
    dependents: tuple[tuple[int, ...], ...]
    index: Mapping[str, int]

    @classmethod
    def of(cls, step_ids: Sequence[str], dependencies: Sequence[Sequence[int]]) -> "Graph":
        """Build from edges; `dependencies[i]` lists what step i waits for."""
        dependents: list[list[int]] = [[] for _ in step_ids]
        for step, needed in enumerate(dependencies):
            for dependency in needed:
                dependents[dependency].append(step)
        return cls(
            tuple(step_ids),
            tuple(tuple(sorted(needed)) for needed in dependencies),
            tuple(map(tuple, dependents)),
            {step_id: index for index, step_id in enumerate(step_ids)},
        )

    def order(self) -> tuple[int, ...]:
        """Every step after its dependencies, else in plan order as they become free. Shape: acyclic."""
        waiting = [len(needed) for needed in self.dependencies]
        order = [step for step, count in enumerate(waiting) if count == 0]
        for step in order:
            for dependent in self.dependents[step]:
                waiting[dependent] -= 1
                if waiting[dependent] == 0:
                    order.append(dependent)
        return tuple(order)


def find_cycle(graph: Graph) -> tuple[int, ...]:
    """One cycle of the graph in the order of its edges; () when it is acyclic.

    Shape: any graph. Linear time, no recursion.
    """
    waiting = [len(needed) for needed in graph.dependencies]
    free = [step for step, count in enumerate(waiting) if count == 0]
    for step in free:
        for dependent in graph.dependents[step]:
            waiting[dependent] -= 1
            if waiting[dependent] == 0:
                free.append(dependent)
    left = {step for step, count in enumerate(waiting) if count}
    if not left:
        return ()
    path: list[int] = []
    position: dict[int, int] = {}
    step = min(left)
    while step not in position:
        position[step] = len(path)
        path.append(step)
        step = next(needed for needed in graph.dependencies[step] if needed in left)
    return tuple(path[position[step] :])


def ancestors(graph: Graph) -> tuple[int, ...]:
    """Transitive dependencies of each step as a bit set over indices.

    Shape: acyclic `graph`. One machine-word operation per edge and 64 steps.
    """
    found = [0] * len(graph.step_ids)
    for step in graph.order():
        for dependent in graph.dependents[step]:
            found[dependent] |= found[step] | (1 << step)
    return tuple(found)


def before(graph: Graph, step: int) -> tuple[int, ...]:
    """Transitive dependencies of one step, ascending."""
    found: set[int] = set()
    waiting = [step]
    while waiting:
        for needed in graph.dependencies[waiting.pop()]:
            if needed not in found:
                found.add(needed)
                waiting.append(needed)
    return tuple(sorted(found))
