"""What decisions need of a plan: the graph, the policies, and where steps run; small enough to travel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from dvt_contracts.models.glossary.v1.status import OnStepFailure, RunIf, WorkerClass
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.models.plan.v1.retry import RetryPolicy
from pydantic import MISSING

from dvt_engine_core.plan.graph import Graph
from dvt_engine_core.retry import NO_RETRY


@dataclass(frozen=True, slots=True)
class Route:
    """Where and how long a step runs. Units: integer milliseconds."""

    worker_class: WorkerClass
    timeout_ms: int
    heartbeat_timeout_ms: int


@dataclass(frozen=True, slots=True)
class Walk:
    """A plan as decisions see it.

    Shape: `routes[i]` and `retries[i]` belong to step i; `retries` is empty where a walk travelled to an interpreter,
    which never computes a retry itself; `clean_up` holds the steps with runIf all-done.
    Units: `cancel_grace_ms`, `deadline_ms` integer milliseconds.
    """

    graph: Graph
    routes: tuple[Route, ...]
    max_parallel: int
    on_step_failure: OnStepFailure
    cancel_grace_ms: int
    retries: tuple[RetryPolicy, ...] = ()
    clean_up: frozenset[int] = frozenset()
    deadline_ms: int | None = None

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """The walk of a validated plan."""
        index = {step.step_id: number for number, step in enumerate(plan.steps)}
        return cls(
            graph=Graph.of(tuple(index), [[index[name] for name in step.depends_on] for step in plan.steps]),
            routes=tuple(Route(step.worker_class, step.timeout_ms, step.heartbeat_timeout_ms) for step in plan.steps),
            max_parallel=plan.max_parallel_steps,
            on_step_failure=plan.on_step_failure,
            cancel_grace_ms=plan.cancel_grace_ms,
            retries=tuple(NO_RETRY if step.retry is MISSING else step.retry for step in plan.steps),
            clean_up=frozenset(number for number, step in enumerate(plan.steps) if step.run_if is RunIf.ALL_DONE),
            deadline_ms=None if plan.deadline_ms is MISSING else plan.deadline_ms,
        )

    def retry_of(self, step: int) -> RetryPolicy:
        """Retry policy of a step."""
        return self.retries[step] if self.retries else NO_RETRY


@dataclass(frozen=True, slots=True)
class CompactWalk:
    """A walk on the wire: ids once, edges as numbers, equal routes once."""

    step_ids: Sequence[str]
    dependencies: Sequence[Sequence[int]]
    routes: Sequence[tuple[str, int, int]]
    route_of: Sequence[int]
    max_parallel: int
    on_step_failure: str
    cancel_grace_ms: int
    clean_up: Sequence[int] = ()
    deadline_ms: int | None = None

    @classmethod
    def of(cls, walk: Walk) -> Self:
        """Compact a walk; retry policies stay behind."""
        routes = list(dict.fromkeys(walk.routes))
        number = {route: index for index, route in enumerate(routes)}
        return cls(
            step_ids=walk.graph.step_ids,
            dependencies=walk.graph.dependencies,
            routes=[(route.worker_class.value, route.timeout_ms, route.heartbeat_timeout_ms) for route in routes],
            route_of=[number[route] for route in walk.routes],
            max_parallel=walk.max_parallel,
            on_step_failure=walk.on_step_failure.value,
            cancel_grace_ms=walk.cancel_grace_ms,
            clean_up=sorted(walk.clean_up),
            deadline_ms=walk.deadline_ms,
        )

    def expand(self) -> Walk:
        """The walk again, without retry policies."""
        routes = [Route(WorkerClass(name), timeout, heartbeat) for name, timeout, heartbeat in self.routes]
        return Walk(
            graph=Graph.of(self.step_ids, self.dependencies),
            routes=tuple(routes[index] for index in self.route_of),
            max_parallel=self.max_parallel,
            on_step_failure=OnStepFailure(self.on_step_failure),
            cancel_grace_ms=self.cancel_grace_ms,
            clean_up=frozenset(self.clean_up),
            deadline_ms=self.deadline_ms,
        )
