"""Forms of results: what a person reads and what a program reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from dvt.paint import one_line
from dvt.progress import took_text
from dvt.render import Column, Output, show_list, table, yaml
from dvt.shell import Shell
from dvt_contracts.base import JsonValue

ROWS: list[dict[str, JsonValue]] = [{"id": "one", "n": 1}, {"id": "two", "n": None}]
COLUMNS = (
    Column("ID", lambda row: row["id"]),
    Column("N", lambda row: row["n"]),
    Column("W", lambda _: "w", wide=True),
)


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("table", "ID   N\none  1\ntwo  -\n"),
        ("wide", "ID   N  W\none  1  w\ntwo  -  w\n"),
        ("jsonl", '{"id": "one", "n": 1}\n{"id": "two", "n": null}\n'),
        ("name", "one\ntwo\n"),
        ("yaml", '- id: one\n  "n": 1\n- id: two\n  "n": null\n'),
    ],
)
def test_a_list_has_one_form_for_each_reader(output: Output, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_list(Shell(), ROWS, output, columns=COLUMNS, name="id")
    assert capsys.readouterr().out == text


def test_json_of_an_empty_list_is_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    show_list(Shell(), [], "json", columns=COLUMNS, name="id")
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("true", '"true"'),
        ("1", '"1"'),
        ("a: b", '"a: b"'),
        ("plain text", "plain text"),
        ("", '""'),
        ("- x", '"- x"'),
        ({}, "{}"),
        ([], "[]"),
        ({"a": [{"b": 1, "c": [2]}]}, "a:\n  - b: 1\n    c:\n      - 2"),
    ],
)
def test_yaml_quotes_what_could_be_read_as_something_else(
    value: str | list[object] | dict[str, object], text: str
) -> None:
    assert yaml(value) == text  # type: ignore[arg-type]  # JSON, one and all


def test_text_of_others_stays_on_its_line_and_cannot_steer_the_terminal() -> None:
    assert one_line("a\nb\x1b[31m\u202e") == "a\\nb\\x1b[31m\\u202e"
    assert "\x1b" not in table(["H"], [[one_line("\x1b[2J")]])


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.004, "0.00 s"), (9.99, "9.99 s"), (12.34, "12.3 s"), (185.0, "3:05 min")]
)
def test_times_are_as_exact_as_a_person_needs(seconds: float, text: str) -> None:
    assert took_text(100.0, 100.0 + seconds) == text


def test_colours_are_off_without_a_terminal_and_with_no_color(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    terminal: Any = Terminal()
    with (tmp_path / "file").open("w") as file:
        assert not Shell().colour(file)
    assert Shell().colour(terminal)
    assert not Shell(colour_wanted=False).colour(terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Shell().colour(terminal)
