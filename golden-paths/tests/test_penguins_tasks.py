"""The plan's Python steps by themselves: cleaning rules, charts, page. No server."""

import json
import re
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from dvt_contracts.base import JsonObject
from dvt_engine_core.plan.validation import check_plan
from dvt_step_runtime import StepFailed
from dvt_step_runtime.parameters import parameters_schema

COLUMNS = ["species", "island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex", "year"]
GOOD = ["Adelie", "Torgersen", "39.1", "18.7", "181", "3750", "male", "2007"]
#: What a module returns that is loaded by hand, or a JSON document holds.
Loose = Any
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(slots=True)
class Context:
    """What the report step needs of StepContext."""

    kept: dict[str, str] = field(default_factory=dict)

    def artifact(self, name: str, content: str, *, media_type: str) -> None:
        assert media_type in {"text/html", "image/svg+xml"}
        self.kept[name] = content


@pytest.fixture(scope="session")
def plan(penguins_folder: Path) -> Loose:
    return json.loads((penguins_folder / "plan.json").read_text("utf-8"))


@pytest.fixture
def cleaned(tasks: ModuleType, plan: Loose) -> Loose:
    return tasks.clean(tasks.read_csv(**plan["steps"][0]["with"]["arguments"]))


def table(tasks: ModuleType, *records: list[str], columns: list[str] = COLUMNS) -> Loose:
    return tasks.Table(rows=len(records), columns=columns, records=list(records))


def with_field(name: str, value: str) -> list[str]:
    return [value if column == name else old for column, old in zip(COLUMNS, GOOD, strict=True)]


def written(tasks: ModuleType, cleaned: Loose, *, least: int = 0) -> dict[str, str]:
    """The report over two groups, with penguins as they are."""
    island = tasks.IslandGroup("Adelie", "Dream", 56, "38.5", "18.3", "189.7", 3688, 455)
    alone = tasks.IslandGroup("Gentoo", "Biscoe", 1, "50.0", "15.0", "230.0", 6300, None)
    measured = [tasks.Measured(p.species, p.flipper_length_mm, p.body_mass_g) for p in cleaned.penguins]
    context = Context()
    output = tasks.write_report(
        context,
        source_rows=344,
        reasons=cleaned.reasons,
        by_island=[island, alone],
        by_sex=[tasks.SexGroup("Adelie", None, 5, "185.6", 3540, 477)],
        measured=measured,
        min_body_mass_g=least,
    )
    assert output == {"rows": len(measured), "dropped": 2, "groups": 2}
    return context.kept


def test_the_plan_has_no_fault(penguins_folder: Path) -> None:
    kinds: dict[str, JsonObject] = {kind: parameters_schema(kind) for kind in ("python", "sql")}
    assert check_plan((penguins_folder / "plan.json").read_bytes(), kinds).faults == ()


def test_the_plan_and_its_source_note_name_the_hash_of_the_file(penguins_folder: Path, plan: Loose) -> None:
    found = sha256((penguins_folder / "penguins.csv").read_bytes()).hexdigest()

    assert plan["steps"][0]["with"]["arguments"]["sha256"] == found
    assert found in (penguins_folder / "SOURCE.md").read_text("utf-8")


def test_every_step_names_its_code_version_and_output(plan: Loose) -> None:
    assert all("codeVersion" in step and "output" in step for step in plan["steps"])


def test_another_file_is_refused(tasks: ModuleType) -> None:
    with pytest.raises(StepFailed) as refused:
        tasks.read_csv("penguins.csv", "0" * 64)
    assert refused.value.code == "CSV_CHANGED"


@pytest.mark.parametrize("file", ["../penguins.csv", "/etc/hosts", ""])
def test_only_files_beside_the_module_are_read(tasks: ModuleType, file: str) -> None:
    with pytest.raises(ValueError, match="name"):
        tasks.read_csv(file, "0" * 64)


def test_other_columns_are_refused(tasks: ModuleType) -> None:
    with pytest.raises(StepFailed) as refused:
        tasks.clean(table(tasks, GOOD, columns=COLUMNS[::-1]))
    assert refused.value.code == "CSV_COLUMNS"


def test_a_good_line_is_typed(tasks: ModuleType) -> None:
    (penguin,) = tasks.clean(table(tasks, GOOD)).penguins
    assert asdict(penguin) == {
        "line": 2,
        "species": "Adelie",
        "island": "Torgersen",
        "bill_length_mm": "39.1",
        "bill_depth_mm": "18.7",
        "flipper_length_mm": 181,
        "body_mass_g": 3750,
        "sex": "male",
        "year": 2007,
    }


def test_a_whole_number_gets_its_decimal_place(tasks: ModuleType) -> None:
    (penguin,) = tasks.clean(table(tasks, with_field("bill_length_mm", "42"))).penguins
    assert penguin.bill_length_mm == "42.0"


def test_a_penguin_without_sex_stays(tasks: ModuleType) -> None:
    result = tasks.clean(table(tasks, with_field("sex", "NA"), GOOD))
    assert (result.rows, result.without_sex, result.penguins[0].sex) == (2, 1, None)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (GOOD[:-1], "FIELD_COUNT"),
        ([*GOOD, ""], "FIELD_COUNT"),
        ([], "FIELD_COUNT"),
        (with_field("species", "Emperor"), "UNKNOWN_VALUE"),
        (with_field("island", "adelie"), "UNKNOWN_VALUE"),
        (with_field("sex", "Male"), "UNKNOWN_VALUE"),
        (with_field("year", "2010"), "UNKNOWN_VALUE"),
        (with_field("bill_length_mm", "NA"), "MISSING_MEASUREMENT"),
        (with_field("body_mass_g", ""), "MISSING_MEASUREMENT"),
        (with_field("body_mass_g", "heavy"), "NOT_A_NUMBER"),
        (with_field("body_mass_g", "3_750"), "NOT_A_NUMBER"),
        (with_field("bill_depth_mm", "NaN"), "NOT_A_NUMBER"),
        (with_field("bill_depth_mm", "1e1"), "NOT_A_NUMBER"),
        (with_field("body_mass_g", "-3750"), "OUT_OF_RANGE"),
        (with_field("body_mass_g", "37500"), "OUT_OF_RANGE"),
        (with_field("flipper_length_mm", "181.5"), "OUT_OF_RANGE"),
        (with_field("bill_depth_mm", "18.75"), "OUT_OF_RANGE"),
    ],
)
def test_a_bad_line_is_dropped_with_its_reason(tasks: ModuleType, record: list[str], reason: str) -> None:
    result = tasks.clean(table(tasks, GOOD, record, GOOD))

    assert (result.rows, result.dropped) == (2, 1)
    assert [(drop.line, drop.reason) for drop in result.dropped_lines] == [(3, reason)]
    assert result.reasons == {name: int(name == reason) for name in tasks.REASONS}


def test_the_first_reason_counts(tasks: ModuleType) -> None:
    record = ["Emperor", "Dream", "NA", "x", "181", "3750", "NA", "2007"]
    assert tasks.clean(table(tasks, record)).dropped_lines[0].reason == "UNKNOWN_VALUE"


def test_the_real_data_loses_exactly_the_penguins_without_measurements(
    source: list[dict[str, str]], cleaned: Loose
) -> None:
    missing = [line for line, penguin in enumerate(source, 2) if penguin["body_mass_g"] == "NA"]

    assert [drop.line for drop in cleaned.dropped_lines] == missing
    assert {drop.reason for drop in cleaned.dropped_lines} == {"MISSING_MEASUREMENT"}
    assert cleaned.rows == len(source) - len(missing) == len(cleaned.penguins)


def test_every_reason_has_a_meaning_on_the_page(tasks: ModuleType) -> None:
    assert tuple(tasks.page.MEANING) == tasks.REASONS


def test_the_same_arguments_write_the_same_bytes(tasks: ModuleType, cleaned: Loose) -> None:
    assert written(tasks, cleaned) == written(tasks, cleaned)


def test_the_order_of_penguins_does_not_change_the_scatter_chart(tasks: ModuleType, cleaned: Loose) -> None:
    measured = [tasks.Measured(p.species, p.flipper_length_mm, p.body_mass_g) for p in cleaned.penguins]
    assert tasks.charts.flipper_and_mass(measured) == tasks.charts.flipper_and_mass(measured[::-1])


def test_the_scatter_chart_has_a_mark_per_penguin_inside_its_axes(
    tasks: ModuleType, cleaned: Loose, source: list[dict[str, str]]
) -> None:
    root = ET.fromstring(written(tasks, cleaned)["flipper-and-mass.svg"])
    shapes = {"Adelie": "circle", "Chinstrap": "path", "Gentoo": "rect"}
    titled = {group.findtext(f"{SVG}title"): group for group in root.iter(f"{SVG}g")}

    for species, shape in shapes.items():
        counted = sum(p["species"] == species and p["body_mass_g"] != "NA" for p in source)
        assert len(titled[species].findall(f"{SVG}{shape}")) == counted
    for circle in titled["Adelie"].findall(f"{SVG}circle"):
        assert 86 <= float(circle.attrib["cx"]) <= 734
        assert 74 <= float(circle.attrib["cy"]) <= 438


def test_charts_name_their_axes_with_units_and_each_species(tasks: ModuleType, cleaned: Loose) -> None:
    kept = written(tasks, cleaned)
    scatter, bars = ("".join(ET.fromstring(kept[name]).itertext()) for name in sorted(kept) if name.endswith(".svg"))

    assert {"Flipper length (mm)", "Body mass (g)"} <= set(scatter.splitlines())
    assert all(f"{species} (n = " in scatter for species in ("Adelie", "Chinstrap", "Gentoo"))
    assert "Body mass (g), mean \N{PLUS-MINUS SIGN} 1 SD" in bars


def test_charts_of_nothing_say_so(tasks: ModuleType) -> None:
    for picture in (tasks.charts.flipper_and_mass([]), tasks.charts.mass_by_island([])):
        assert "No penguins to show" in "".join(ET.fromstring(picture).itertext())


@pytest.mark.parametrize(("mass", "marks"), [(4000, [4000, 4500]), (4001, [4000, 4500]), (3999, [3500, 4000])])
def test_an_axis_has_a_length_even_for_one_value(tasks: ModuleType, mass: int, marks: list[int]) -> None:
    axis = tasks.charts.axis_over([mass], step=500, start=0, end=100, otherwise=(0, 1))
    assert list(axis.ticks) == marks
    assert 0 <= axis.at(mass) <= 100


def test_the_page_holds_both_charts_and_loads_nothing(tasks: ModuleType, cleaned: Loose) -> None:
    kept = written(tasks, cleaned)
    page = kept.pop("report.html")

    assert all(picture in page for picture in kept.values())
    assert not re.search(r"<script|<link|<img|@import|\ssrc=|\shref=|url\(", page)


def test_the_page_tells_of_what_was_left_out(tasks: ModuleType, cleaned: Loose) -> None:
    page = written(tasks, cleaned)["report.html"]

    assert "Of 344 penguins in the data set, 2 were left out" in page
    assert "The report looks at the other 342." in page
    assert (
        '<td>MISSING_MEASUREMENT</td><td>at least one of the four measurements is missing</td><td class="n">2</td>'
        in page
    )


def test_the_page_tells_of_the_least_mass(tasks: ModuleType, cleaned: Loose) -> None:
    assert "that weigh at least 4,000 g" in written(tasks, cleaned, least=4000)["report.html"]


def test_a_single_penguin_has_a_dash_for_its_deviation(tasks: ModuleType, cleaned: Loose) -> None:
    row = '<td class="n">6,300</td><td class="n">\N{EN DASH}</td></tr>'
    assert row in written(tasks, cleaned)["report.html"]
