"""The examples of docs/writing-plans.md: judged, and the whole plan run."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.loader import schema
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.registries.codes import CODES
from dvt_engine_core.capabilities import missing_capabilities
from dvt_engine_core.plan.validation import check_plan
from dvt_engine_core.testing.in_process import InProcessEngine, Surroundings
from dvt_engine_core.testing.memory_runtime import MemorySecrets
from dvt_engine_core.testing.world import World
from dvt_postgres_store.testing.server import PostgresServer
from dvt_step_runtime.plugins import load_executors
from pydantic import MISSING

TEXT = (Path(__file__).parents[2] / "docs" / "writing-plans.md").read_text("utf-8")
OUR_OWN = {"NO_ORDERS"}  # codes that the example raises itself


class Fence(NamedTuple):
    language: str
    words: tuple[str, ...]
    content: str


FENCES = [
    Fence(found["language"], tuple(found["words"].split()), found["content"])
    for found in re.finditer(
        r"^```(?P<language>\w+)(?P<words>[^\n]*)\n(?P<content>.*?)^```$", TEXT, re.MULTILINE | re.DOTALL
    )
]
JSON = [fence for fence in FENCES if fence.language == "json"]
STEPS = [fence for fence in JSON if fence.words == ("step",)]
FAULTY = [fence for fence in JSON if fence.words and fence.words != ("step",)]
KINDS: dict[str, JsonObject] = {kind: executor.parameters_schema for kind, executor in load_executors().items()}


def whole_plan() -> dict[str, JsonValue]:
    (fence,) = (fence for fence in JSON if not fence.words)
    plan: dict[str, JsonValue] = json.loads(fence.content)
    return plan


def plan_with(*steps: JsonValue) -> dict[str, JsonValue]:
    plan = whole_plan()
    listed = plan["steps"]
    assert isinstance(listed, list)
    return {**plan, "steps": [*listed, *steps]}


def steps_that_run() -> list[JsonValue]:
    """All but the one that needs a file."""
    return [step for fence in STEPS if (step := json.loads(fence.content))["kind"] != "process"]


def test_the_whole_plan_has_no_fault() -> None:
    report = check_plan(json.dumps(whole_plan()).encode(), KINDS)
    assert report.faults == ()
    assert isinstance(report.plan, Plan)
    assert missing_capabilities(report.plan, "temporal") == ()


@pytest.mark.parametrize("fence", STEPS, ids=[str(json.loads(fence.content)["stepId"]) for fence in STEPS])
def test_a_step_of_the_page_fits_the_plan(fence: Fence) -> None:
    assert check_plan(json.dumps(plan_with(json.loads(fence.content))).encode(), KINDS).faults == ()


@pytest.mark.parametrize("fence", FAULTY)
def test_a_faulty_plan_has_the_faults_that_the_page_tells(fence: Fence) -> None:
    found = {fault.code for fault in check_plan(fence.content.encode(), KINDS).faults}

    assert found == set(fence.words)
    assert all(f"\n| `{code}` |" in TEXT for code in fence.words)


def test_every_code_of_the_page_is_a_code() -> None:
    told = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", TEXT)) | {"TIMEOUT"}
    known = {entry.code for entry in CODES.codes}
    assert {code for code in told if not code.startswith("DVT_")} - OUR_OWN <= known


@pytest.mark.parametrize("name", ["plan/v1/plan", "plan/v1/step", "plan/v1/retry"])
def test_every_field_of_the_contract_is_on_the_page(name: str) -> None:
    fields = schema(name)["properties"]
    assert isinstance(fields, dict)
    assert [field for field in fields if f"`{field}`" not in TEXT] == []


def test_every_kind_and_reference_is_on_the_page() -> None:
    assert all(f"**`{kind}`**" in TEXT for kind in KINDS)
    assert all(f'| `{{"${word}"' in TEXT for word in ("input", "output", "artifact", "secret", "literal"))


async def test_the_whole_plan_runs_and_comes_to_the_same_outcome_again(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    (code,) = (fence.content for fence in FENCES if fence.language == "python")
    (tmp_path / "tasks.py").write_text(code, "utf-8")
    with postgres.database("writing_plans") as url:
        runs = [await settled(tmp_path, url) for _ in range(2)]

    assert runs[0] == runs[1]
    outputs, artifacts = runs[0][1:]
    assert outputs["summarise"] == {"orders": 2, "cents": 2049, "currency": "EUR"}
    assert outputs["load"] == {
        "rowCounts": [0, 2, 1],
        "columns": ["orders", "cents"],
        "rows": [{"orders": 2, "cents": 2049}],
    }
    assert artifacts == {b"# Orders\n\n2 orders, 20.49 EUR\n"}


async def settled(folder: Path, url: str) -> tuple[str | None, dict[str, JsonValue], set[bytes]]:
    """Outcome hash, inline outputs and kept bytes of a run of the page's plan and steps."""
    executors = load_executors()
    world = World(secrets=MemorySecrets(connections={"local": url}))
    surroundings = Surroundings(
        store=world.store,
        intents=world.store.intents,
        plans=world.store,
        executors=executors,
        artifacts=world.artifacts,
        logs=world.logs,
        secrets=world.secrets,
        code_root=lambda _: folder,
    )
    try:
        run = await world.queue(plan_with(*steps_that_run()), {"day": "2026-01-31"})
        await InProcessEngine(surroundings).settle(run)
    finally:
        for executor in executors.values():
            await executor.aclose()
    snapshot = (await world.stored(run)).snapshot
    assert snapshot.status.value == "COMPLETED"
    outputs = {
        step.step_id: step.outcome.output
        for step in snapshot.steps
        if step.outcome is not MISSING and step.outcome.output is not MISSING
    }
    return await world.outcome(run), outputs, set(world.artifacts.contents.values())
