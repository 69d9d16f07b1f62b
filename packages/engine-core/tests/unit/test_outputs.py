"""What a step returns: judged, kept inline or spilled, and looked up again by references."""

import pytest
from dvt_contracts.base import JsonValue
from dvt_contracts.models.engine.v1.artifact_ref import ArtifactRef
from dvt_contracts.models.plan.v1.step import PlanStep
from pydantic import MISSING

from dvt_engine_core.appending import MAX_BODY_BYTES
from dvt_engine_core.canonical import canonical_bytes
from dvt_engine_core.errors import StepError
from dvt_engine_core.hashes import output_hash, state_hash
from dvt_engine_core.ports.execution import StepCall, StepResult
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.outputs import MAX_INLINE_BYTES, Resolved, Values
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemorySecrets
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.world import World, plan_of

STEP = PlanStep.parse({"stepId": "a", "kind": "noop"})
NOTHING = Resolved({}, {})
RUN = RunKey("local", "019c12c3-5f10-7c2e-9b57-000000000001")


def values(secrets: dict[str, str] | None = None) -> Values:
    return Values(MemoryStore(), MemoryArtifacts(), MemorySecrets(secrets or {}))


def artifact(number: int, name: str = "n", media_type: str = "text/plain") -> ArtifactRef:
    sha = f"{number:064x}"
    return ArtifactRef(
        name=f"{name}{number:03}",
        sha256=sha,
        size_bytes=1,
        media_type=media_type,
        address=f"dvt-artifact:sha256/{sha}",
    )


def nested(depth: int) -> JsonValue:
    value: JsonValue = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("size", [MAX_INLINE_BYTES, MAX_INLINE_BYTES + 1])
async def test_an_output_over_16_kib_becomes_an_artifact(size: int) -> None:
    """[EVENTS-004], [GLOSSARY-024]."""
    text = "x" * (size - 2)
    kept = await values().keep(STEP, StepResult(text), NOTHING)
    assert kept.output_hash == output_hash(text)
    assert (kept.output is MISSING, kept.output_artifact is MISSING) == (
        (False, True) if size == MAX_INLINE_BYTES else (True, False)
    )


async def test_an_output_that_does_not_fit_beside_its_artifacts_becomes_one_too() -> None:
    """[EVENTS-004]."""
    many = tuple(artifact(number, "n" * 110) for number in range(100))
    kept = await values().keep(STEP, StepResult("x" * 15_000, many), NOTHING)
    assert kept.output is MISSING
    assert len(canonical_bytes(kept.document())) < MAX_BODY_BYTES - 3000


@pytest.mark.parametrize(
    "artifacts",
    [tuple(map(artifact, range(101))), tuple(artifact(n, "n" * 125, "text/" + "x" * 120) for n in range(100))],
)
async def test_artifacts_that_do_not_fit_into_an_event_fail_the_step(artifacts: tuple[ArtifactRef, ...]) -> None:
    with pytest.raises(StepError) as caught:
        await values().keep(STEP, StepResult(None, artifacts), NOTHING)
    assert caught.value.code == "OUTPUT_TOO_LARGE"


@pytest.mark.parametrize("output", [float("nan"), 2**53, 1e17, "\x00", "\ud800", nested(65)])
async def test_an_output_that_json_cannot_carry_is_refused(output: JsonValue) -> None:
    with pytest.raises(StepError) as caught:
        await values().keep(STEP, StepResult(output), NOTHING)
    assert caught.value.code == "OUTPUT_NOT_CANONICAL"


@pytest.mark.parametrize("depth", [1, 60, 64])
async def test_an_output_of_any_depth_allowed_is_stored_and_hashed(depth: int) -> None:
    world = World()

    async def deep(_: StepCall) -> JsonValue:
        return nested(depth)

    world.executor.behaviours["a"] = deep
    run = await world.finish(plan_of({"stepId": "a"}))
    assert world.told(run)[-1] == "RunCompleted"
    assert state_hash((await world.stored(run)).snapshot)


async def test_an_output_that_misses_its_schema_is_refused() -> None:
    step = PlanStep.parse({"stepId": "a", "kind": "noop", "output": {"type": "object"}})
    assert (await values().keep(step, StepResult({}), NOTHING)).output == {}
    with pytest.raises(StepError) as caught:
        await values().keep(step, StepResult([]), NOTHING)
    assert caught.value.code == "OUTPUT_INVALID"


async def test_only_a_step_with_a_code_version_has_a_step_key() -> None:
    """[GLOSSARY-026]."""
    versioned = PlanStep.parse({"stepId": "a", "kind": "noop", "codeVersion": "1"})
    assert (await values().keep(STEP, StepResult(), NOTHING)).step_key is MISSING
    key = (await values().keep(versioned, StepResult(), NOTHING)).step_key
    other = (await values().keep(versioned, StepResult(), Resolved({"n": 1}, {"n": 1}))).step_key
    assert key is not MISSING
    assert key != other


async def test_a_secret_never_reaches_the_step_key() -> None:
    """[GLOSSARY-026], [PLAN-020]."""
    step = PlanStep.parse({"stepId": "a", "kind": "noop", "with": {"token": {"$secret": "t"}}})
    resolved = await values({"t": "hush"}).resolve(RUN, step, {})
    assert resolved == Resolved({"token": "hush"}, {"token": {"$secret": "t"}})


async def test_values_take_the_place_of_references() -> None:
    step = PlanStep.parse(
        {"stepId": "a", "kind": "noop", "with": {"day": {"$input": "/date"}, "as-is": {"$literal": {"$input": "/x"}}}}
    )
    resolved = await values().resolve(RUN, step, {"date": "2026-01-31"})
    assert resolved.parameters == {"day": "2026-01-31", "as-is": {"$input": "/x"}}
    literal = PlanStep.parse({"stepId": "a", "kind": "noop", "with": {"as-is": {"$literal": 1}}})
    assert (await values().resolve(RUN, literal, {})).parameters == {"as-is": 1}


@pytest.mark.parametrize(
    "reference", [{"$input": "/none"}, {"$output": {"step": "b"}}, {"$artifact": {"step": "b", "name": "n"}}]
)
async def test_a_reference_to_nothing_is_unavailable(reference: JsonValue) -> None:
    """[PLAN-019]."""
    step = PlanStep.parse({"stepId": "a", "kind": "noop", "with": {"value": reference}})
    with pytest.raises(StepError) as caught:
        await values().resolve(RUN, step, {})
    assert caught.value.code == "REF_UNAVAILABLE"


async def test_outputs_and_artifacts_of_earlier_steps_are_looked_up() -> None:
    world = World()
    large = "x" * 20_000

    async def write(_: StepCall) -> JsonValue:
        return {"text": large, "rows": [1, {"n": 2}]}

    world.executor.behaviours["big"] = write
    world.executor.behaviours["small"] = lambda _: _echo({"rows": [1, {"n": 2}]})
    references: dict[str, JsonValue] = {
        "spilled": {"$output": {"step": "big", "at": "/rows/1/n"}},
        "inline": {"$output": {"step": "small", "at": "/rows"}},
    }
    run = await world.finish(
        plan_of(
            {"stepId": "big"},
            {"stepId": "small"},
            {"stepId": "after", "dependsOn": ["big", "small"], "with": {"output": references}},
        )
    )
    (outcome,) = [step.outcome for step in (await world.stored(run)).snapshot.steps if step.step_id == "after"]
    assert outcome is not MISSING
    assert outcome.output == {"spilled": 2, "inline": [1, {"n": 2}]}


async def _echo(value: JsonValue) -> JsonValue:
    return value
