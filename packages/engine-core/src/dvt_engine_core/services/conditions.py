"""The condition of a step, judged by its activity before the first attempt starts."""

from collections.abc import Mapping
from dataclasses import dataclass

from dvt_contracts.base import JsonValue
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import SkipCode, StepStatus
from dvt_contracts.models.plan.v1.step import PlanStep
from pydantic import MISSING

from dvt_engine_core.errors import StepError
from dvt_engine_core.facts import Fact
from dvt_engine_core.freetext import clean
from dvt_engine_core.plan.conditions import holds
from dvt_engine_core.plan.graph import before
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.materials import RunMaterial
from dvt_engine_core.services.outputs import Values


@dataclass(frozen=True, slots=True)
class Conditions:
    """Judges `when` on what the log says of inputs and transitive dependencies."""

    values: Values

    async def instead_of_start(
        self, run: RunKey, material: RunMaterial, step: PlanStep, inputs: Mapping[str, JsonValue]
    ) -> Fact | None:
        """What is recorded instead of StepStarted; None where the step may start, or has.

        Shape: for the first attempt only. False skips the step, an error fails it for good.
        Raises: UnavailableError.
        Source: ExecutionSemantics, `when`.
        """
        if step.when is MISSING:
            return None
        graph = material.walk.graph
        needed = [graph.step_ids[index] for index in before(graph, graph.index[step.step_id])]
        stored = await self.values.store.read_run(run, steps=[*needed, step.step_id])
        found = {row.step_id: row for row in (stored.snapshot.steps if stored else ())}
        if step.step_id in found:
            return None
        steps: dict[str, dict[str, JsonValue]] = {}
        for name in needed:
            row = found.get(name)
            steps[name] = {"status": StepStatus.PENDING.value if row is None else row.status.value}
            if row is not None and row.status is StepStatus.SUCCEEDED and row.outcome is not MISSING:
                steps[name]["output"] = await self.values.output(row.outcome)
        try:
            if holds(step.when, inputs=inputs, steps=steps):
                return None
        except StepError as error:
            failed = StepFailedPayload(code=error.code, message=clean(error.message), final=True)
            return Fact("StepFailed", failed, step.step_id)
        return Fact("StepSkipped", StepSkippedPayload(code=SkipCode.WHEN_FALSE), step.step_id)
