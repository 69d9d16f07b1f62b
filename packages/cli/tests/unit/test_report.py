"""RunReport, built from stored runs by its one function."""

from __future__ import annotations

from dvt.report import run_report
from dvt.report_text import exit_code_of, report_text
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_engine_core.errors import StepError
from dvt_engine_core.testing.memory_runtime import ScriptedExecutor
from dvt_engine_core.testing.world import World, plan_of

PLAN = plan_of({"stepId": "b"}, {"stepId": "a", "dependsOn": ["b"]})
PLAIN = Plan.parse(PLAN)


async def test_steps_come_in_plan_order_with_those_that_wait() -> None:
    world = World()
    run = await world.queue(PLAN)
    report = run_report(await world.stored(run), PLAIN)
    assert [(step.step_id, step.status.value, step.attempt) for step in report.steps] == [
        ("b", "PENDING", 0),
        ("a", "PENDING", 0),
    ]
    assert report.document()["outcomeHash"] is None
    assert exit_code_of(report) == 0


async def test_a_completed_run_has_all_hashes_and_outputs() -> None:
    world = World()
    run = await world.finish(PLAN)
    stored = await world.stored(run)
    document = run_report(stored, PLAIN).document()
    assert document["status"] == "COMPLETED"
    assert document["historyHash"] == stored.history_hash
    assert document["outcomeHash"] == await world.outcome(run)
    assert {"runId", "status", "lastRunSeq", "outcomeHash", "stateHash", "historyHash", "steps"} <= document.keys()
    steps = document["steps"]
    assert isinstance(steps, list)
    assert all({"outputHash", "startedAt", "endedAt"} <= step.keys() for step in steps)


async def test_a_failed_run_says_why_and_where() -> None:
    async def fail(_: object) -> None:
        raise StepError("no\x1b[31m luck", code="PYTHON_RAISED")

    world = World(executor=ScriptedExecutor({"b": fail}))
    run = await world.finish(PLAN)
    report = run_report(await world.stored(run), PLAIN)
    assert (report.status.value, report.code) == ("FAILED", "STEP_FAILED")
    assert [(step.status.value, step.code) for step in report.steps] == [
        ("FAILED", "PYTHON_RAISED"),
        ("SKIPPED", "RUN_FAILING"),
    ]
    assert exit_code_of(report) == 3
    text = report_text(report, colour=False, steps=True)
    assert "PYTHON_RAISED: no\\x1b[31m luck" in text


async def test_without_a_plan_the_steps_that_have_events_are_shown() -> None:
    world = World()
    run = await world.finish(PLAN)
    assert [step.step_id for step in run_report(await world.stored(run), None).steps] == ["a", "b"]
