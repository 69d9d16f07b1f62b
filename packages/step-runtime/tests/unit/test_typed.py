import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dvt_step_runtime import StepContext, StepFailed
from dvt_step_runtime.callables.typed import TypedCallable
from pydantic import BaseModel


class Sink:
    def put(self, content: bytes | Path, *, name: str, media_type: str | None) -> dict[str, str | int]:
        return {"name": name, "size": len(content) if isinstance(content, bytes) else -1, "type": media_type or ""}


CONTEXT = StepContext("acme", "run", "step", 1, "key", None, Sink())


class Point(BaseModel):
    x: int
    y: int = 0


@dataclass
class Pair:
    left: Decimal
    right: date


def called(function: Callable[..., object], **arguments: object) -> object:
    typed = TypedCallable(function)
    return typed.document(typed.call(arguments, CONTEXT))  # type: ignore[arg-type]  # tests pass JSON


def refused(function: Callable[..., object], **arguments: object) -> StepFailed:
    with pytest.raises(StepFailed) as caught:
        called(function, **arguments)
    return caught.value


def test_arguments_become_what_the_annotations_say() -> None:
    def check(point: Point, pair: Pair, when: datetime, path: Path, some: tuple[int, ...], *, b: bool = True) -> bool:
        assert point == Point(x=1)
        assert pair == Pair(Decimal("1.10"), date(2026, 1, 31))
        assert when == datetime(2026, 1, 31, tzinfo=UTC)
        assert (path, some) == (Path("a"), (1, 2))
        return b

    pair = {"left": "1.10", "right": "2026-01-31"}
    when = "2026-01-31T00:00:00Z"
    assert called(check, point={"x": 1}, pair=pair, when=when, path="a", some=[1, 2]) is True


def test_an_argument_without_annotation_is_passed_as_it_is() -> None:
    assert called(lambda a: [a], a={"any": None}) == [{"any": None}]


def test_every_fault_of_the_arguments_is_named_without_values() -> None:
    def function(a: int, b: Point, c: str, d: int = 1) -> None: ...

    error = refused(function, a="s3cret", b={"x": "s3cret"}, e="s3cret")
    assert error.code == "PYTHON_ARGUMENTS"
    assert error.message.split("; ") == [
        "`a`: Input should be a valid integer, unable to parse string as an integer",
        "`b.x`: Input should be a valid integer, unable to parse string as an integer",
        "`c` is missing",
        "`e` is unexpected",
    ]


def test_the_context_is_given_by_annotation_and_is_no_argument() -> None:
    def function(step: StepContext, again: StepContext | None = None) -> list[str]:
        return [step.effect_key, again.step_id if again else ""]

    assert called(function) == ["key", "step"]
    assert "`step` is unexpected" in refused(function, step=1).message


def test_open_keywords_take_the_rest() -> None:
    def function(a: int, **rest: int) -> int:
        return a + sum(rest.values())

    assert called(function, a=1, b=2, c=3) == 6
    assert "`b`" in refused(function, a=1, b="x").message


def test_positional_only_parameters_and_wrapped_functions_work() -> None:
    def function(a: int, /, b: int) -> int:
        return a - b

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return function(*args, **kwargs)

    assert called(function, a=5, b=2) == 3
    assert called(wrapper, a=5, b=2) == 3


@pytest.mark.parametrize(
    ("annotation", "value", "document"),
    [
        (
            Any,
            {"d": Decimal("1.10"), "t": date(2026, 1, 31), "p": Point(x=1)},
            {"d": "1.10", "t": "2026-01-31", "p": {"x": 1, "y": 0}},
        ),
        (Pair, Pair(Decimal(2), date(2026, 1, 31)), {"left": "2", "right": "2026-01-31"}),
        (Point, Point(x=1), {"x": 1, "y": 0}),
        (list[Point], [Point(x=1)], [{"x": 1, "y": 0}]),
        (datetime, datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31T00:00:00Z"),
        (None, None, None),
        (int, 2**70, 2**70),
    ],
)
def test_return_values_become_json_by_their_annotation(annotation: object, value: object, document: object) -> None:
    def function() -> object:
        return value

    function.__annotations__["return"] = annotation
    assert called(function) == document


def test_nan_reaches_the_core_which_refuses_it() -> None:
    assert str(called(lambda: {"a": [float("nan"), float("-inf")]})) == "{'a': [nan, -inf]}"


def test_a_return_value_that_misses_its_annotation_is_refused_without_its_value() -> None:
    def function() -> int:
        return "s3cret"  # type: ignore[return-value]

    error = refused(function)
    assert (error.code, error.message) == ("OUTPUT_INVALID", "a str was returned that does not fit `int`")


def test_what_json_cannot_express_is_refused() -> None:
    assert refused(object).code == "OUTPUT_NOT_CANONICAL"
    assert refused(lambda: b"\xff").code == "OUTPUT_NOT_CANONICAL"


def test_annotations_that_cannot_be_used_are_refused() -> None:
    def unresolved(a: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: F821

    def opaque(a: Sink) -> None: ...

    for function in (unresolved, opaque):
        with pytest.raises(StepFailed, match="annotations cannot be used") as caught:
            TypedCallable(function)
        assert caught.value.code == "PYTHON_ARGUMENTS"


def test_async_callables_are_told_apart() -> None:
    async def function() -> None: ...

    class Waiting:
        async def __call__(self) -> None: ...

    assert TypedCallable(function).is_async
    assert TypedCallable(Waiting()).is_async
    assert TypedCallable(functools.partial(function)).is_async
    assert not TypedCallable(lambda: None).is_async


def test_artifacts_are_bytes_text_or_a_file() -> None:
    assert CONTEXT.artifact("a", b"12")["size"] == 2
    assert CONTEXT.artifact("a", "ü", media_type="text/plain") == {"name": "a", "size": 2, "type": "text/plain"}
    assert CONTEXT.artifact("a", path="b")["size"] == -1
    for wrong in ({}, {"content": b"", "path": "a"}):
        with pytest.raises(ValueError, match="either content or path"):
            CONTEXT.artifact("a", **wrong)  # type: ignore[arg-type]


def test_a_step_chooses_codes_of_the_contract_only() -> None:
    assert StepFailed("OUT_OF_STOCK", "none left").code == "OUT_OF_STOCK"
    for code in ("", "x", "Out", "A", "A" * 65, "A-B"):
        with pytest.raises(ValueError, match="OUT_OF_STOCK"):
            StepFailed(code, "")
