"""A connection cut at COMMIT: the caller cannot know, the key resolves it, and nothing is lost or written twice."""

from urllib.parse import urlsplit

import pytest
from dvt_contracts.models.store.v1.append_result import Appended, Duplicate
from dvt_engine_core.errors import UnavailableError
from dvt_engine_core.ports.store import RunBatch
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import Database, PostgresStateStore
from dvt_postgres_store.testing.cutting_proxy import cutting_proxy
from dvt_postgres_store.verifying import verify_run

TIMES = 25


def _through(url: str, port: int) -> str:
    at = urlsplit(url)
    return at._replace(netloc=f"postgres@127.0.0.1:{port}").geturl()


@pytest.mark.parametrize("side", ["before", "after"])
async def test_an_append_cut_at_commit_is_resolved_by_its_key(database_url: str, side: str) -> None:
    at = urlsplit(database_url)
    async with (
        cutting_proxy(at.hostname or "", at.port or 0) as (proxy, port),
        Database(_through(database_url, port), max_size=2) as database,
    ):
        store, run = PostgresStateStore(database), SampleRun()
        await store.create_run(run.new())
        await store.append(run.key, [run.event("RunStarted")])
        for number in range(TIMES):
            event = run.event("StepStarted", f"s{number}")
            proxy.cut = "before" if side == "before" else "after"
            with pytest.raises(UnavailableError) as caught:
                await store.append(run.key, [event])
            assert caught.value.retryable
            (answer,) = await store.append(run.key, [event])
            assert isinstance(answer, Appended if side == "before" else Duplicate)
        assert proxy.cuts == TIMES
        verified = await verify_run(database, run.key)
        assert (verified.events, verified.findings) == (2 + TIMES, ())


@pytest.mark.parametrize("side", ["before", "after"])
async def test_a_call_of_many_runs_cut_at_commit_is_all_in_or_all_out(database_url: str, side: str) -> None:
    at = urlsplit(database_url)
    async with (
        cutting_proxy(at.hostname or "", at.port or 0) as (proxy, port),
        Database(_through(database_url, port), max_size=2) as database,
    ):
        store = PostgresStateStore(database)
        runs = [SampleRun() for _ in range(6)]
        for run in runs:
            await store.create_run(run.new())
            await store.append(run.key, [run.event("RunStarted")])
        batches = [RunBatch(run.key, [run.event("StepStarted", "a"), run.event("StepStarted", "b")]) for run in runs]
        proxy.cut = "before" if side == "before" else "after"
        first = await store.append_many(batches)
        cut = [isinstance(result, UnavailableError) for result in first]
        assert sum(cut) == 3, "one of two calls"
        again = await store.append_many(batches)
        for was_cut, results in zip(cut, again, strict=True):
            assert isinstance(results, tuple)
            wanted = Appended if was_cut and side == "before" else Duplicate
            assert [type(answer) for answer in results] == [wanted] * 2
        for run in runs:
            assert (await verify_run(database, run.key)).findings == ()


async def test_starts_cut_at_commit_make_one_run(database_url: str) -> None:
    at = urlsplit(database_url)
    async with (
        cutting_proxy(at.hostname or "", at.port or 0) as (proxy, port),
        Database(_through(database_url, port), max_size=2) as database,
    ):
        store, new = PostgresStateStore(database), SampleRun().new(start_key="nightly")
        proxy.cut = "after"
        with pytest.raises(UnavailableError):
            await store.create_run(new)
        assert (await store.create_run(new)).outcome == "existing"
