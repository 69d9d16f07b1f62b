"""The kind that the README writes keeps the rules of every executor."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from dvt_engine_core.errors import StepError
from dvt_engine_core.ports.execution import StepCall, StepExecutor, StepResult
from dvt_engine_core.testing.conformance.executor_rules import EXECUTOR_RULES, ExecutorFactory, ExecutorUnderTest
from dvt_engine_core.testing.conformance.rule import Rule

README = Path(__file__).parents[2] / "README.md"


def wait_executor() -> StepExecutor:
    (source,) = re.findall(r"```python\n(class WaitExecutor.*?)```", README.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {"asyncio": asyncio, "StepCall": StepCall, "StepError": StepError, "StepResult": StepResult}
    exec(compile(source, README, "exec"), names)
    made: StepExecutor = names["WaitExecutor"]()
    return made


@asynccontextmanager
async def subject() -> AsyncIterator[ExecutorUnderTest]:
    yield ExecutorUnderTest(wait_executor(), succeeds={"ms": 1}, output={"waitedMs": 1}, refused={"ms": -1})


@pytest.mark.parametrize("rule", EXECUTOR_RULES, ids=lambda rule: rule.name)
async def test_the_kind_of_the_readme_keeps(rule: Rule[ExecutorFactory]) -> None:
    await rule.check(subject)
