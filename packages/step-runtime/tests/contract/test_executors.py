"""The built-in kinds keep the rules of every executor."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from dvt_contracts.base import JsonObject
from dvt_engine_core.ports.execution import StepExecutor
from dvt_engine_core.testing.conformance.executor_rules import EXECUTOR_RULES, ExecutorFactory, ExecutorUnderTest
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.memory_runtime import MemorySecrets
from dvt_step_runtime.executors.noop import NoopExecutor
from dvt_step_runtime.executors.process import ProcessExecutor
from dvt_step_runtime.executors.python import PythonExecutor
from dvt_step_runtime.executors.sql import SqlExecutor

pytestmark = pytest.mark.parametrize("rule", EXECUTOR_RULES, ids=lambda rule: rule.name)

MODULE = """
import asyncio, os, signal, subprocess, time

def double(number: int) -> int:
    return 2 * number

def fail() -> None:
    raise ValueError("no")

def endless() -> None:
    child = subprocess.Popen(["sleep", "600"])
    print("started", os.getpid(), child.pid)
    time.sleep(600)

def stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    endless()

async def double_async(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number

async def fail_async() -> None:
    raise ValueError("no")

async def endless_async() -> None:
    print("started")
    await asyncio.sleep(600)

async def stubborn_async() -> None:
    print("started")
    end = time.monotonic() + 2
    while time.monotonic() < end:
        try:
            await asyncio.sleep(2)
        except asyncio.CancelledError:
            pass
"""
ENDLESS = "sleep 600 & setsid sleep 601 & echo started $$ $!; wait"


def factory(
    make: Callable[[], StepExecutor], subject: Callable[[StepExecutor], ExecutorUnderTest]
) -> Callable[[], AbstractAsyncContextManager[ExecutorUnderTest]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[ExecutorUnderTest]:
        executor = make()
        try:
            yield subject(executor)
        finally:
            await executor.aclose()

    return opened


async def test_noop_keeps(rule: Rule[ExecutorFactory]) -> None:
    await rule.check(
        factory(NoopExecutor, lambda made: ExecutorUnderTest(made, {"output": [1]}, [1], {"output": 1, "extra": 1}))
    )


@pytest.mark.parametrize("suffix", ["", "_async"], ids=["sync", "async"])
async def test_python_keeps(rule: Rule[ExecutorFactory], suffix: str, tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(MODULE, "utf-8")

    def named(function: str, **arguments: int) -> JsonObject:
        return {"callable": f"tasks:{function}{suffix}", "arguments": arguments}

    def subject(executor: StepExecutor) -> ExecutorUnderTest:
        under_test = ExecutorUnderTest(
            executor,
            succeeds=named("double", number=21),
            output=42,
            refused={"callable": "no callable"},
            fails=named("fail"),
            failure_code="PYTHON_RAISED",
            endless=named("endless"),
            stubborn=named("stubborn"),
        )
        return replace(under_test, base=replace(under_test.base, code_root=tmp_path))

    await rule.check(factory(PythonExecutor, subject))


async def test_process_keeps(rule: Rule[ExecutorFactory]) -> None:
    def subject(executor: StepExecutor) -> ExecutorUnderTest:
        return ExecutorUnderTest(
            executor,
            succeeds={"argv": ["printf", "%s", "[1, 2]"], "output": "json"},
            output=[1, 2],
            refused={"argv": []},
            fails={"argv": ["false"]},
            failure_code="PROCESS_EXIT",
            endless={"argv": ["sh", "-c", ENDLESS]},
            stubborn={"argv": ["sh", "-c", f"trap '' TERM; {ENDLESS}"]},
        )

    await rule.check(factory(ProcessExecutor, subject))


async def test_sql_keeps(rule: Rule[ExecutorFactory], empty_database: str) -> None:
    endless = "do $$ begin raise notice 'started'; perform pg_sleep(600); end $$"
    deaf = """do $$ begin raise notice 'started'; loop begin perform pg_sleep(600);
        exception when query_canceled then null; end; end loop; end $$"""

    def named(*statements: str) -> JsonObject:
        return {"connection": "warehouse", "statements": statements}

    def subject(executor: StepExecutor) -> ExecutorUnderTest:
        under_test = ExecutorUnderTest(
            executor,
            succeeds=named("select 1 as one"),
            output={"rowCounts": [1], "columns": ["one"], "rows": [{"one": 1}]},
            refused={"connection": "warehouse", "statements": []},
            fails=named("select 1 / 0"),
            failure_code="SQL_FAILED",
            endless=named(endless),
            stubborn=named(deaf),
        )
        secrets = MemorySecrets(connections={"warehouse": empty_database})
        return replace(under_test, base=replace(under_test.base, secrets=secrets))

    await rule.check(factory(SqlExecutor, subject))
