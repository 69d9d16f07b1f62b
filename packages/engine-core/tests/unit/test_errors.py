"""The tree of errors: codes of the registry, messages, and the document that users meet."""

import ast
import re
from pathlib import Path

import pytest
from dvt_contracts.models.errors.v1.fault import Fault
from dvt_contracts.registries.codes import CODES
from pydantic import MISSING

import dvt_engine_core
from dvt_engine_core import errors
from dvt_engine_core.errors import DvtError, InvalidPlanError, UnavailableError

SOURCE = Path(str(dvt_engine_core.__file__)).parent
KNOWN = {entry.code: entry for entry in CODES.codes}
CLASSES = [found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, DvtError)]
CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


def spelled(tree: ast.AST) -> set[str]:
    """Codes given as `code=...`, as a default, compared with, or in a literal set."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if CODE.fullmatch(text):
                found.add(text)
            case _:
                pass
    return found


@pytest.mark.parametrize("file", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_code_in_the_source_is_in_the_registry(file: Path) -> None:
    if "testing" not in file.parts:
        assert spelled(ast.parse(file.read_text("utf-8"))) <= KNOWN.keys()


def test_the_registry_is_sorted_and_without_repeats() -> None:
    codes = [entry.code for entry in CODES.codes]
    assert codes == sorted(set(codes))


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_a_class_has_a_code_of_the_registry_and_its_docstring_for_a_message(error: type[DvtError]) -> None:
    raised = error()
    assert raised.code in KNOWN
    assert raised.message == (error.__doc__ or "").partition("\n")[0]
    assert raised.message.endswith(".")
    assert (raised.hint, raised.retryable, raised.exit_code) == (
        KNOWN[raised.code].hint,
        KNOWN[raised.code].retryable,
        KNOWN[raised.code].exit_code,
    )


def test_an_error_says_its_code_first() -> None:
    assert str(InvalidPlanError("the plan has 2 faults")) == "[PLAN_INVALID] the plan has 2 faults"


def test_a_code_outside_the_registry_has_no_hint_and_exit_code_1() -> None:
    error = UnavailableError("no", code="MY_OWN")
    assert (error.hint, error.exit_code, error.retryable) == (None, 1, True)
    assert error.problem().hint is MISSING


def test_a_problem_holds_what_the_error_knows() -> None:
    fault = Fault(code="PLAN_CYCLE", message="a cycle")
    problem = InvalidPlanError("x" * 5000, faults=[fault], file="plan.json", hint="look").problem()
    assert problem.document() == {
        "code": "PLAN_INVALID",
        "message": "x" * 4000,
        "hint": "look",
        "retryable": False,
        "file": "plan.json",
        "faults": [{"code": "PLAN_CYCLE", "message": "a cycle"}],
    }


def test_the_tree_in_the_docstring_names_every_class() -> None:
    assert all(error.__name__ in str(errors.__doc__) for error in CLASSES)
