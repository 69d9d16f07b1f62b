"""Conditions: CEL by the specification, over inputs and the steps before. [EXEC-034]"""

import pytest
from dvt_contracts.base import JsonObject, JsonValue

from dvt_engine_core.errors import StepError
from dvt_engine_core.plan.conditions import condition_fault, holds
from dvt_engine_core.services.conditions import Conditions
from dvt_engine_core.services.step_attempt import AttemptRequest
from dvt_engine_core.testing.in_process import reference
from dvt_engine_core.testing.world import World, plan_of

INPUTS: dict[str, JsonValue] = {"n": 3, "word": "\U0001f600\U0001f600", "nothing": None, "share": 0.5}
STEPS: dict[str, dict[str, JsonValue]] = {
    "a": {"status": "SUCCEEDED", "output": {"rows": [1, {"deep": True}]}},
    "b-2": {"status": "FAILED"},
}


@pytest.mark.parametrize(
    "text",
    [
        "inputs.n > 2",
        "size(inputs.word) == 2",
        "inputs.nothing == null",
        "inputs.share < 1.0",
        'steps.a.status == "SUCCEEDED" && steps["b-2"].status == "FAILED"',
        "steps.a.output.rows[1].deep",
        "!has(steps.c) && !has(steps['b-2'].output)",
        "steps.all(name, steps[name].status in ['SUCCEEDED', 'FAILED'])",
    ],
)
def test_what_holds(text: str) -> None:
    assert condition_fault(text) is None
    assert holds(text, inputs=INPUTS, steps=STEPS)
    assert not holds(f"!({text})", inputs=INPUTS, steps=STEPS)


@pytest.mark.parametrize("text", ["inputs.missing", "steps.c.output == 1", "inputs.n", "inputs.n / 0 == 1", "steps"])
def test_what_cannot_be_evaluated_is_an_error(text: str) -> None:
    with pytest.raises(StepError) as caught:
        holds(text, inputs=INPUTS, steps=STEPS)
    assert caught.value.code == "WHEN_ERROR"


@pytest.mark.parametrize("text", ["1 +", "nobody == 1", "'text'", "1 < 'a'"])
def test_what_is_no_condition_is_told_before_it_runs(text: str) -> None:
    fault = condition_fault(text)
    assert fault is not None
    assert "\n" not in fault
    with pytest.raises(StepError) as caught:
        holds(text, inputs=INPUTS, steps=STEPS)
    assert caught.value.code == "WHEN_ERROR"


class TestInTheActivity:
    async def attempt(self, *steps: JsonObject, step_id: str) -> tuple[World, list[str]]:
        world = World()
        engine = world.engine()
        run = await world.queue(plan_of(*steps, onStepFailure="continue-independent"))
        await engine.loader.load(run, reference(run))
        request = AttemptRequest(run, step_id, 1)
        returned = [await engine.attempts.run(request, why_cancelled=lambda: "requested") for _ in range(2)]
        assert returned[0] == returned[1]
        return world, [entry for entry in world.told(run) if entry.startswith("Step")]

    async def test_false_is_a_skip_however_often_it_is_delivered(self) -> None:
        world, told = await self.attempt({"stepId": "a", "when": "false"}, step_id="a")
        assert told == ["StepSkipped a 1"]
        assert world.executor.calls == []

    async def test_an_error_is_final(self) -> None:
        _, told = await self.attempt({"stepId": "a", "when": "inputs.x > 1", "retry": {"maxAttempts": 3}}, step_id="a")
        assert told == ["StepFailed a 1"]

    async def test_a_step_that_started_is_not_asked_again(self) -> None:
        world, told = await self.attempt({"stepId": "a", "when": "true"}, step_id="a")
        assert told == ["StepStarted a 1", "StepCompleted a 1"]
        assert len(world.executor.calls) == 1

    async def test_a_delivery_after_the_start_is_not_judged_anew(self) -> None:
        world = World()
        engine = world.engine()
        run = await world.queue(plan_of({"stepId": "a", "when": "size(inputs) == 0"}))
        await engine.settle(run)
        material = await engine.loader.materials.of(run)
        found = Conditions(engine.attempts.values)
        assert await found.instead_of_start(run, material, material.plan.steps[0], {"n": 1}) is None

    async def test_what_has_not_ended_is_pending(self) -> None:
        _, told = await self.attempt(
            {"stepId": "a"},
            {"stepId": "b", "dependsOn": ["a"], "when": 'steps.a.status != "PENDING"'},
            step_id="b",
        )
        assert told == ["StepSkipped b 1"]
