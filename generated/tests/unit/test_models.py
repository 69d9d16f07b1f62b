"""What every generated model has in common: strict, frozen, closed or open as its schema says, and without Any."""

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, Final, get_args

import pytest
from dvt_contracts import models
from dvt_contracts.base import Contract
from dvt_contracts.loader import BASE_ID, schemas
from dvt_contracts.models.plan.v1.retry import RetryPolicy
from pydantic import ValidationError

PACKAGE: Final = Path(models.__path__[0])
MODULES: Final = [
    import_module(found.name) for found in walk_packages(models.__path__, f"{models.__name__}.") if not found.ispkg
]
CLASSES: Final = sorted(
    {
        item
        for module in MODULES
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Contract) and item.__module__.startswith(models.__name__)
    },
    key=lambda item: (item.__module__, item.__name__),
)
OPEN: Final = {"Envelope"}


def holds_any(annotation: object) -> bool:
    return annotation is Any or any(map(holds_any, get_args(annotation)))


def test_there_is_a_module_for_every_schema_and_no_other() -> None:
    told = {name.removeprefix(BASE_ID).removesuffix(".json").replace("-", "_") for name in schemas()}
    written = {path.relative_to(PACKAGE).with_suffix("").as_posix() for path in PACKAGE.rglob("*.py")}
    assert {name for name in written if not name.endswith("__init__")} == told - {"glossary/v1/json"}


@pytest.mark.parametrize("model", CLASSES, ids=lambda model: f"{model.__module__.rpartition('.')[2]}.{model.__name__}")
def test_a_model_is_frozen_closed_and_knows_the_type_of_every_member(model: type[Contract]) -> None:
    config = model.model_config
    assert config["frozen"] is True
    assert config["extra"] == ("allow" if model.__name__ in OPEN else "forbid")
    assert config["serialize_by_alias"] is True
    assert not [name for name, field in model.model_fields.items() if holds_any(field.annotation)]
    assert (model.__doc__ or "").strip()


@pytest.mark.parametrize("model", CLASSES, ids=lambda model: f"{model.__module__.rpartition('.')[2]}.{model.__name__}")
def test_every_member_tells_what_it_means(model: type[Contract]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_numbers_texts_and_booleans_are_not_turned_into_each_other() -> None:
    for value in ("3", 3.0, True):
        with pytest.raises(ValidationError):
            RetryPolicy.parse({"maxAttempts": value})
