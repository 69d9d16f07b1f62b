"""Runs that must not begin."""

from pydantic import MISSING

from dvt_engine_core.testing.conformance.engine_harness import LINE, EngineFactory, ended, finish, read_told
from dvt_engine_core.testing.world import plan_of


async def a_tampered_plan_is_refused(factory: EngineFactory) -> None:
    """A plan whose bytes do not hash to its reference fails the run before any step."""
    async with factory() as under:
        await under.hold()
        run = await under.queue(plan_of(*LINE))
        await under.tamper(run)
        await under.release()
        snapshot = await ended(under, run)
        assert snapshot.ended is not MISSING
        assert snapshot.ended.code == "PLAN_HASH_MISMATCH"
        assert await read_told(under, run) == ["RunQueued", "RunFailed"]


async def an_unsupported_feature_is_refused(factory: EngineFactory) -> None:
    """A plan that needs a capability the engine lacks is refused, never half-run."""
    async with factory() as under:
        run, snapshot = await finish(under, {"stepId": "a"}, requires=["plan.time-travel"])
        assert snapshot.ended is not MISSING
        assert snapshot.ended.code == "PLAN_CAPABILITY"
        assert await read_told(under, run) == ["RunQueued", "RunFailed"]


async def inputs_that_miss_the_schema_fail_the_run(factory: EngineFactory) -> None:
    """Inputs are judged by the plan's schema before any step."""
    async with factory() as under:
        run = await under.queue(plan_of({"stepId": "a"}), {"unknown": 1})
        snapshot = await ended(under, run)
        assert snapshot.ended is not MISSING
        assert snapshot.ended.code == "INPUTS_INVALID"
