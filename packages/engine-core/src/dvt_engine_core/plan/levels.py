"""How deep each step of a plan lies."""

from dvt_contracts.models.plan.v1.plan import Plan

from dvt_engine_core.plan.graph import Graph


def graph_of(plan: Plan) -> Graph:
    """The graph of a validated plan."""
    index = {step.step_id: number for number, step in enumerate(plan.steps)}
    return Graph.of(tuple(index), [[index[name] for name in step.depends_on] for step in plan.steps])


def levels(graph: Graph) -> tuple[int, ...]:
    """Longest way to each step from a step without dependencies, in edges.

    Shape: acyclic `graph`. Linear time, no recursion.
    """
    found = [0] * len(graph.step_ids)
    waiting = [len(needed) for needed in graph.dependencies]
    order = [step for step, count in enumerate(waiting) if count == 0]
    for step in order:
        for dependent in graph.dependents[step]:
            found[dependent] = max(found[dependent], found[step] + 1)
            waiting[dependent] -= 1
            if waiting[dependent] == 0:
                order.append(dependent)
    return tuple(found)
