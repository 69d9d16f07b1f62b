"""The plan on real executors and a real PostgreSQL; only the log and the engine are in memory."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_engine_core.errors import StepError
from dvt_engine_core.ports.execution import StepCall, StepExecutor, StepResult
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.in_process import InProcessEngine, Surroundings
from dvt_engine_core.testing.memory_runtime import MemorySecrets
from dvt_engine_core.testing.world import World
from dvt_postgres_store.testing.server import PostgresServer
from dvt_step_runtime.plugins import load_executors
from pydantic import MISSING

Penguins = list[dict[str, str]]


@dataclass(slots=True)
class Stumbling:
    """The executor of a kind, whose first attempt at one step fails before or after its work."""

    inner: StepExecutor
    step_id: str
    after_work: bool

    @property
    def kind(self) -> str:
        return self.inner.kind

    @property
    def parameters_schema(self) -> JsonObject:
        return self.inner.parameters_schema

    async def execute(self, call: StepCall) -> StepResult:
        if (call.step_id, call.attempt) != (self.step_id, 1):
            return await self.inner.execute(call)
        if self.after_work:
            await self.inner.execute(call)
        raise StepError("the connection was lost", code="SQL_UNAVAILABLE")

    async def aclose(self) -> None:
        await self.inner.aclose()


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run came to."""

    status: str
    outcome: str | None
    told: list[str]
    outputs: Mapping[str, JsonValue]
    artifacts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """A DVT whose log is in memory, over one database and one set of executors."""

    url: str
    folder: Path
    executors: Mapping[str, StepExecutor]

    async def run(
        self, inputs: JsonObject | None = None, *, stumbling: tuple[str, bool] | None = None, folder: Path | None = None
    ) -> Ended:
        executors = dict(self.executors)
        if stumbling:
            executors["sql"] = Stumbling(executors["sql"], *stumbling)
        root = folder or self.folder
        world = World(secrets=MemorySecrets(connections={"local": self.url}))
        engine = InProcessEngine(
            Surroundings(
                store=world.store,
                intents=world.store.intents,
                plans=world.store,
                executors=executors,
                artifacts=world.artifacts,
                logs=world.logs,
                secrets=world.secrets,
                code_root=lambda _: root,
            )
        )
        run = await world.queue(json.loads((root / "plan.json").read_text("utf-8")), inputs)
        await engine.settle(run)
        return await ended(world, run)


async def ended(world: World, run: RunKey) -> Ended:
    snapshot = (await world.stored(run)).snapshot
    outputs, artifacts = {}, {}
    for step in snapshot.steps:
        if step.outcome is MISSING:
            continue
        kept = step.outcome.output_artifact
        inline = None if step.outcome.output is MISSING else step.outcome.output
        outputs[step.step_id] = inline if kept is MISSING else json.loads(world.artifacts.contents[kept.sha256])
        for artifact in () if step.outcome.artifacts is MISSING else step.outcome.artifacts:
            artifacts[artifact.name] = world.artifacts.contents[artifact.sha256]
    return Ended(snapshot.status.value, await world.outcome(run), world.told(run), outputs, artifacts)


@pytest.fixture
async def place(postgres: PostgresServer, penguins_folder: Path) -> AsyncIterator[Place]:
    async with a_place(postgres, penguins_folder, "penguins") as made:
        yield made


@asynccontextmanager
async def a_place(postgres: PostgresServer, folder: Path, database: str) -> AsyncIterator[Place]:
    executors = load_executors()
    try:
        with postgres.database(database) as url:
            yield Place(url, folder, executors)
    finally:
        for executor in executors.values():
            await executor.aclose()


class Tables(HTMLParser):
    """The tables of a page as rows of text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._cell = False
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its signature
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"th", "td"}:
            self._cell = True
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag not in {"th", "td"}

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.tables[-1][-1][-1] += data


def mean(penguins: Penguins, column: str) -> Decimal:
    values = [Decimal(penguin[column]) for penguin in penguins]
    return sum(values, Decimal()) / len(values)


def rounded(value: Decimal, places: str) -> str:
    """Half away from zero, as PostgreSQL rounds numerics."""
    return f"{value.quantize(Decimal(places), ROUND_HALF_UP):,}"


def deviation(penguins: Penguins) -> str:
    if len(penguins) == 1:
        return "\N{EN DASH}"
    middle = mean(penguins, "body_mass_g")
    squares = sum(((Decimal(penguin["body_mass_g"]) - middle) ** 2 for penguin in penguins), Decimal())
    return rounded((squares / (len(penguins) - 1)).sqrt(), "1")


def grouped(penguins: Penguins, *columns: str) -> list[tuple[list[str], Penguins]]:
    keys = sorted({tuple(penguin[column] for column in columns) for penguin in penguins})
    return [
        (list(key), [penguin for penguin in penguins if tuple(penguin[column] for column in columns) == key])
        for key in keys
    ]


def expected_by_island(penguins: Penguins) -> list[list[str]]:
    return [
        [
            *key,
            str(len(group)),
            *(rounded(mean(group, name), "0.1") for name in ("bill_length_mm", "bill_depth_mm", "flipper_length_mm")),
            rounded(mean(group, "body_mass_g"), "1"),
            deviation(group),
        ]
        for key, group in grouped(penguins, "species", "island")
    ]


def expected_by_sex(penguins: Penguins) -> list[list[str]]:
    named = [{**penguin, "sex": penguin["sex"].replace("NA", "not determined")} for penguin in penguins]
    return [
        [
            *key,
            str(len(group)),
            rounded(mean(group, "flipper_length_mm"), "0.1"),
            rounded(mean(group, "body_mass_g"), "1"),
            deviation(group),
        ]
        for key, group in grouped(named, "species", "sex")
    ]


def measured(source: Penguins, *, least: int = 0) -> Penguins:
    whole = [penguin for penguin in source if penguin["body_mass_g"] != "NA"]
    return [penguin for penguin in whole if int(penguin["body_mass_g"]) >= least]


async def test_two_runs_and_a_retried_one_come_to_the_same_outcome(place: Place) -> None:
    first = await place.run()
    again = await place.run()
    failed_before = await place.run(stumbling=("load", False))
    failed_after = await place.run(stumbling=("load", True))

    assert first.status == "COMPLETED"
    assert first.outcome is not None
    assert {run.outcome for run in (again, failed_before, failed_after)} == {first.outcome}
    for run in (failed_before, failed_after):
        assert [line for line in run.told if " load " in line] == [
            "StepStarted load 1",
            "StepFailed load 1",
            "StepStarted load 2",
            "StepCompleted load 2",
        ]


@pytest.mark.parametrize("step_id", ["by_island", "by_sex", "measured", "register"])
async def test_every_sql_step_may_run_twice(place: Place, step_id: str) -> None:
    assert (await place.run(stumbling=(step_id, True))).outcome == (await place.run()).outcome


async def test_another_database_and_folder_come_to_the_same_outcome(
    place: Place, postgres: PostgresServer, penguins_folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "a plan with spaces"
    copytree(penguins_folder, elsewhere, ignore=ignore_patterns("__pycache__"))
    async with a_place(postgres, elsewhere, "elsewhere") as other:
        assert (await other.run()).outcome == (await place.run()).outcome


async def test_runs_side_by_side_do_not_disturb_each_other(place: Place) -> None:
    runs = await asyncio.gather(*(place.run() for _ in range(4)))

    assert {run.status for run in runs} == {"COMPLETED"}
    assert len({run.outcome for run in runs}) == 1


async def test_the_three_aggregates_start_before_one_of_them_ends(place: Place) -> None:
    told = (await place.run()).told
    started = [told.index(f"StepStarted {step} 1") for step in ("by_island", "by_sex", "measured")]
    ended_first = min(told.index(f"StepCompleted {step} 1") for step in ("by_island", "by_sex", "measured"))

    assert max(started) < ended_first


@pytest.mark.parametrize("least", [0, 4000, 6300])
async def test_the_report_shows_what_the_data_says(place: Place, source: Penguins, least: int) -> None:
    run = await place.run({"minBodyMassG": least})
    chosen = measured(source, least=least)
    by_island, by_sex, dropped = (table[1:] for table in Tables(run.artifacts["report.html"]).tables)

    assert run.outputs["report"] == {"rows": len(chosen), "dropped": 2, "groups": len(by_island)}
    assert by_island == expected_by_island(chosen)
    assert sorted(by_sex) == sorted(expected_by_sex(chosen))
    assert {row[0]: row[-1] for row in dropped if row[-1] != "0"} == {"MISSING_MEASUREMENT": "2"}


async def test_the_input_changes_the_outcome(place: Place) -> None:
    assert (await place.run({"minBodyMassG": 4000})).outcome != (await place.run()).outcome


async def test_the_register_holds_the_hash_of_the_report(place: Place) -> None:
    run = await place.run()
    page = run.artifacts["report.html"]

    assert run.outputs["register"] == {
        "rowCounts": [1, 0, 1],
        "columns": ["sha256", "name", "size_bytes", "min_body_mass_g"],
        "rows": [
            {
                "sha256": sha256(page).hexdigest(),
                "name": "report.html",
                "size_bytes": len(page),
                "min_body_mass_g": 0,
            }
        ],
    }


async def test_no_artifact_names_a_place_or_a_time(place: Place, tmp_path: Path) -> None:
    for content in (await place.run()).artifacts.values():
        assert str(place.folder).encode() not in content
        assert str(tmp_path.parent).encode() not in content
        assert not re.search(rb"\d\d:\d\d:\d\d", content)


async def test_a_changed_file_fails_the_run_before_anything_is_loaded(
    place: Place, penguins_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "changed"
    copytree(penguins_folder, folder, ignore=ignore_patterns("__pycache__"))
    with (folder / "penguins.csv").open("a", encoding="utf-8") as file:
        file.write("Adelie,Dream,39.1,18.7,181,3750,male,2007\n")

    run = await place.run(folder=folder)

    assert run.status == "FAILED"
    assert "StepFailed read 1" in run.told
    assert "StepSkipped load 1" in run.told
