"""Errors at the door: codes, forms, exit codes, and what happens to those that nobody foresaw."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from dvt import app
from dvt.embedded import EmbeddedError
from dvt.problems import problem_text, to_dvt_error
from dvt_contracts.models.errors.v1.fault import Fault
from dvt_contracts.models.errors.v1.problem import Problem
from dvt_engine_core.errors import DvtError, InvalidPlanError

Dvt = Callable[..., Any]


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["run", "strat"], "USAGE"),
        (["run", "start"], "USAGE"),
        (["run", "start", ".", "--nope"], "USAGE"),
        (["run", "list", "-o", "xml"], "USAGE"),
        (["run", "list", "--limit", "0"], "USAGE"),
        (["run", "cancel", "latest"], "REASON_REQUIRED"),
    ],
)
def test_a_wrong_command_line_exits_with_2_and_one_error(argv: list[str], code: str, dvt: Dvt) -> None:
    answer = dvt(*argv)
    assert answer.code == 2
    assert f"[{code}]" in answer.err
    assert "Traceback" not in answer.err


def test_embedded_errors_keep_their_code_hint_and_log() -> None:
    error = to_dvt_error(EmbeddedError("EMBEDDED_PORT_IN_USE", "no port", hint="try again", log="bind: in use"))
    assert (error.code, error.exit_code, error.hint) == ("EMBEDDED_PORT_IN_USE", 1, "try again")
    assert "bind: in use" in error.message


def test_a_database_that_is_away_is_unavailable() -> None:
    error = to_dvt_error(psycopg.OperationalError("connection refused, password=hunter2"))
    assert (error.code, error.exit_code, error.retryable) == ("STORE_UNAVAILABLE", 7, True)
    assert "hunter2" not in error.message


def test_the_text_names_file_line_column_pointer_code_and_hint_of_each_fault() -> None:
    """[ERROR-004]."""
    faults = [Fault(code="PLAN_CYCLE", message="a cycle", pointer="/steps/0", line=3, column=5, hint="cut it")]
    text = problem_text(InvalidPlanError("one fault", faults=faults, file="p.json"))
    assert text.splitlines() == [
        "error: one fault [PLAN_INVALID]",
        "  p.json:3:5 /steps/0: a cycle [PLAN_CYCLE]",
        "      cut it",
    ]


def test_what_nobody_foresaw_is_one_line_and_a_file_with_the_details(
    dvt: Dvt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """[ERROR-004]."""

    def broken(_: object) -> int:
        raise ZeroDivisionError("by a very secret=value")

    monkeypatch.setattr(app, "launch", broken)
    answer = dvt("run", "start", "x", "--input", "password=hunter2")
    assert answer.code == 1
    assert answer.err.splitlines()[0] == "error: ZeroDivisionError: by a very secret=value [INTERNAL]"
    (file,) = (tmp_path / "home" / "logs").glob("crash-*.log")
    assert str(file) in answer.err
    assert "Traceback" in file.read_text("utf-8")
    assert "password=..." in file.read_text("utf-8")
    debug = dvt("run", "list", "--debug")
    assert "Traceback" in debug.err


def test_with_a_form_for_programs_the_error_is_the_contracts_problem(dvt: Dvt) -> None:
    for argv in (["run", "start", "nowhere", "-o", "json"], ["run", "start", "nowhere", "--output=jsonl"]):
        answer = dvt(*argv)
        assert Problem.parse(json.loads(answer.err)).code == "PLAN_FILE_NOT_FOUND"


def test_a_reader_that_went_away_is_no_error(dvt: Dvt, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(app, "launch", broken)
    assert dvt("run", "list").code == 0


def test_every_error_of_the_tree_has_an_exit_code_that_is_documented() -> None:
    def all_of(cls: type[DvtError]) -> set[type[DvtError]]:
        return {cls}.union(*(all_of(sub) for sub in cls.__subclasses__()))

    assert {cls("x").exit_code for cls in all_of(DvtError)} <= {0, 1, 2, 3, 4, 5, 6, 7}
