"""Plans that run to their end: order, parallel steps, references, retries, limits, outputs."""

import asyncio

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.glossary.v1.status import RunStatus
from pydantic import MISSING

from dvt_engine_core.hashes import outcome_hash
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.testing.conformance.engine_harness import (
    LINE,
    LINE_LOG,
    SOON_S,
    EngineFactory,
    codes,
    ended,
    fails,
    finish,
    hang,
    output,
    read_told,
)
from dvt_engine_core.testing.world import plan_of


async def a_linear_plan_runs_in_order(factory: EngineFactory) -> None:
    """A step starts when its dependencies are done; the log of a linear plan has one order."""
    async with factory() as under:
        run, snapshot = await finish(under, *LINE)
        assert snapshot.status is RunStatus.COMPLETED
        assert await read_told(under, run) == LINE_LOG


async def independent_steps_run_together(factory: EngineFactory) -> None:
    """Steps without an order between them are in flight at once, and no layer waits for another."""
    async with factory() as under:
        meeting = asyncio.Barrier(2)

        async def meet(_: StepCall) -> JsonValue:
            async with asyncio.timeout(SOON_S):
                await meeting.wait()
            return None

        under.executor.behaviours |= {"a": meet, "d": meet}
        steps = (
            {"stepId": "a"},
            {"stepId": "b"},
            {"stepId": "c", "dependsOn": ["b"]},
            {"stepId": "d", "dependsOn": ["c"]},
        )
        _, snapshot = await finish(under, *steps)
        assert snapshot.status is RunStatus.COMPLETED


async def a_diamond_joins(factory: EngineFactory) -> None:
    """A join starts once, after all its dependencies, and sees their outputs."""
    async with factory() as under:
        references: JsonObject = {"output": [{"$output": {"step": "left"}}, {"$output": {"step": "right", "at": "/n"}}]}
        run, snapshot = await finish(
            under,
            {"stepId": "top"},
            {"stepId": "left", "dependsOn": ["top"], "with": {"output": "l"}},
            {"stepId": "right", "dependsOn": ["top"], "with": {"output": {"n": 7}}},
            {"stepId": "join", "dependsOn": ["left", "right"], "with": references},
        )
        assert output(snapshot, "join") == ["l", 7]
        assert [entry for entry in await read_told(under, run) if "join" in entry] == [
            "StepStarted join 1",
            "StepCompleted join 1",
        ]


async def inputs_reach_steps_with_defaults(factory: EngineFactory) -> None:
    """References see the effective inputs; a pointer to nothing fails the step for good."""
    async with factory() as under:
        schema: JsonObject = {
            "type": "object",
            "properties": {"name": {"type": "string", "default": "ana"}, "deep": {"type": "object"}},
        }
        plan = plan_of(
            {"stepId": "a", "with": {"output": {"$input": "/name"}}},
            {"stepId": "b", "dependsOn": ["a"], "with": {"output": {"$input": "/deep/x"}}, "retry": {"maxAttempts": 3}},
            inputs=schema,
        )
        run = await under.queue(plan, {"deep": {}})
        snapshot = await ended(under, run)
        assert output(snapshot, "a") == "ana"
        assert codes(snapshot) == {"b": "REF_UNAVAILABLE"}
        assert [entry for entry in await read_told(under, run) if " b " in entry] == [
            "StepStarted b 1",
            "StepFailed b 1",
        ]


async def a_failed_step_is_tried_again_by_its_policy(factory: EngineFactory) -> None:
    """A retry is a new attempt after its delay; the outcome equals that of a run that never failed."""
    async with factory() as under:
        _, control = await finish(under, *LINE[:1], {**LINE[1], "retry": {"maxAttempts": 2, "initialMs": 20}})

        async def flaky(call: StepCall) -> JsonValue:
            return await fails(call) if call.attempt == 1 else None

        under.executor.behaviours["b"] = flaky
        run, snapshot = await finish(under, *LINE[:1], {**LINE[1], "retry": {"maxAttempts": 2, "initialMs": 20}})
        assert [entry for entry in await read_told(under, run) if " b " in entry] == [
            "StepStarted b 1",
            "StepFailed b 1",
            "StepStarted b 2",
            "StepCompleted b 2",
        ]
        assert outcome_hash(snapshot) == outcome_hash(control)


async def a_step_over_its_limit_times_out(factory: EngineFactory) -> None:
    """The time limit of one execution fails the attempt with TIMEOUT, by the plan's retry policy."""
    async with factory() as under:
        under.executor.behaviours["a"] = hang
        retry: JsonObject = {"maxAttempts": 2, "initialMs": 10}
        run, snapshot = await finish(under, {"stepId": "a", "timeoutMs": 50, "retry": retry})
        assert codes(snapshot) == {"a": "TIMEOUT"}
        assert [entry for entry in await read_told(under, run) if "StepFailed" in entry] == [
            "StepFailed a 1",
            "StepFailed a 2",
        ]


async def no_more_steps_than_allowed_are_in_flight(factory: EngineFactory) -> None:
    """MaxParallelSteps bounds the steps in flight; all run in the end, first starts in plan order."""
    async with factory() as under:
        most = now = 0

        async def count(_: StepCall) -> JsonValue:
            nonlocal most, now
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.02)
            now -= 1
            return None

        names = [f"s{number}" for number in range(6)]
        under.executor.behaviours |= dict.fromkeys(names, count)
        _, snapshot = await finish(under, *({"stepId": name} for name in names), maxParallelSteps=2)
        assert most == 2
        assert snapshot.status is RunStatus.COMPLETED


async def a_large_output_becomes_an_artifact(factory: EngineFactory) -> None:
    """An output over 16 KiB is spilled, hashed as its value, and found again by reference."""
    async with factory() as under:
        large = ["x" * 1000] * 20
        _, snapshot = await finish(
            under,
            {"stepId": "a", "with": {"output": large}},
            {"stepId": "b", "dependsOn": ["a"], "with": {"output": {"$output": {"step": "a", "at": "/19"}}}},
        )
        spilled = snapshot.steps[0].outcome
        assert spilled is not MISSING
        assert spilled.output is MISSING
        assert spilled.output_artifact is not MISSING
        assert output(snapshot, "b") == "x" * 1000


async def an_output_that_json_cannot_carry_fails_the_step(factory: EngineFactory) -> None:
    """What canonical JSON cannot express is OUTPUT_NOT_CANONICAL, what misses the schema OUTPUT_INVALID."""
    async with factory() as under:

        async def endless(_: StepCall) -> JsonValue:
            return float("inf")

        under.executor.behaviours["a"] = endless
        _, snapshot = await finish(under, {"stepId": "a"})
        assert codes(snapshot) == {"a": "OUTPUT_NOT_CANONICAL"}
        _, snapshot = await finish(under, {"stepId": "b", "with": {"output": 1}, "output": {"type": "string"}})
        assert codes(snapshot) == {"b": "OUTPUT_INVALID"}
