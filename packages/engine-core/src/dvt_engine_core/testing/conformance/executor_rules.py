"""The rules of StepExecutor: one per MUST clause of contracts/clauses/executor-v1.md, run whole by every kind."""

import asyncio
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import jsonschema_rs
from dvt_contracts.base import JsonObject, JsonValue, canonical_fault

from dvt_engine_core.errors import StepError
from dvt_engine_core.ports.execution import StepCall, StepExecutor, StepResult
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemoryLog, MemorySecrets

_PATIENCE_S: Final = 60.0  # for a machine under load; nothing waits this long that works
_GRACE_MS: Final = 300
_KIND: Final = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{2,63}")


@dataclass(frozen=True, slots=True)
class ExecutorUnderTest:
    """A fresh executor and works for it; a sort of work that the kind cannot do stays None.

    Shape: `succeeds` returns `output` each time; `refused` breaks the schema; `fails` fails with `failure_code`.
    `endless` and `stubborn` write a line `started`, followed by the ids of the processes that they consist of, and
    never end by themselves: the first ends when asked kindly, the second is deaf. `base` has what calls need besides.
    """

    executor: StepExecutor
    succeeds: JsonObject
    output: JsonValue
    refused: JsonObject
    fails: JsonObject | None = None
    failure_code: str = ""
    endless: JsonObject | None = None
    stubborn: JsonObject | None = None
    base: StepCall = field(
        default_factory=lambda: StepCall(
            run=RunKey("acme", "0198f0a0-0000-7000-8000-000000000000"),
            step_id="work",
            attempt=1,
            effect_key="e" * 64,
            parameters={},
            timeout_ms=60_000,
            cancel_grace_ms=10_000,
            log=MemoryLog(),
            artifacts=MemoryArtifacts(),
            secrets=MemorySecrets(),
        )
    )

    def call(self, parameters: JsonObject, *, log: MemoryLog | None = None, grace_ms: int = 10_000) -> StepCall:
        """A call with these parameters and a log of its own."""
        return replace(self.base, parameters=parameters, log=log or MemoryLog(), cancel_grace_ms=grace_ms)


ExecutorFactory: TypeAlias = Callable[[], AbstractAsyncContextManager[ExecutorUnderTest]]


async def _started(log: MemoryLog, work: asyncio.Task[StepResult]) -> tuple[int, ...]:
    """Wait for the line `started`; the processes that it names."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            for line in log.lines:
                found = re.search(r"\bstarted\b([ 0-9]*)$", line)
                if found:
                    return tuple(map(int, found.group(1).split()))
            assert not work.done(), f"it ended before it had started: {log.lines}"
            await asyncio.sleep(0.005)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def _cancelled(work: asyncio.Task[StepResult]) -> float:
    """Cancel and wait for CancelledError; the seconds that it took."""
    loop = asyncio.get_running_loop()
    asked = loop.time()
    work.cancel()
    done, _ = await asyncio.wait({work}, timeout=_PATIENCE_S)
    assert done, "it does not end"
    assert work.cancelled(), "it ended, but did not raise CancelledError"
    return loop.time() - asked


async def kind_is_a_constant_word(factory: ExecutorFactory) -> None:
    """EXECUTOR-001."""
    async with factory() as one, factory() as other:
        assert _KIND.fullmatch(one.executor.kind)
        assert one.executor.kind == other.executor.kind


def _keys(node: JsonValue) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield key
            yield from _keys(value)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _keys(item)


async def schema_stands_alone_and_judges(factory: ExecutorFactory) -> None:
    """EXECUTOR-002."""
    async with factory() as subject:
        schema = subject.executor.parameters_schema
        assert "$ref" not in set(_keys(schema))
        judge = jsonschema_rs.Draft202012Validator(dict(schema))
        assert judge.is_valid(subject.succeeds)
        assert not judge.is_valid(subject.refused)


async def success_returns_canonical_json(factory: ExecutorFactory) -> None:
    """EXECUTOR-003."""
    async with factory() as subject:
        result = await subject.executor.execute(subject.call(subject.succeeds))
        assert result.output == subject.output
        assert canonical_fault(result.output) is None
        names = [artifact.name for artifact in result.artifacts]
        assert len(names) == len(set(names))


async def parameters_that_break_the_schema_are_refused(factory: ExecutorFactory) -> None:
    """EXECUTOR-004."""
    async with factory() as subject:
        error = await _error(subject, subject.refused)
        assert error.code == "PLAN_PARAMETERS"


async def _error(subject: ExecutorUnderTest, parameters: JsonObject) -> StepError:
    try:
        result = await subject.executor.execute(subject.call(parameters))
    except StepError as error:
        return error
    raise AssertionError(f"it returned {result}")


async def failure_has_a_stable_code(factory: ExecutorFactory) -> None:
    """EXECUTOR-005."""
    async with factory() as subject:
        if subject.fails is None:
            return
        codes = [(await _error(subject, subject.fails)).code for _ in range(2)]
        assert codes == [subject.failure_code] * 2
        assert _CODE.fullmatch(codes[0])


async def calls_do_not_mix(factory: ExecutorFactory) -> None:
    """EXECUTOR-006: neither one after the other nor side by side."""
    async with factory() as subject:
        for _ in range(2):
            assert (await subject.executor.execute(subject.call(subject.succeeds))).output == subject.output
        calls = [subject.executor.execute(subject.call(subject.succeeds)) for _ in range(4)]
        assert [result.output for result in await asyncio.gather(*calls)] == [subject.output] * 4


async def cancel_ends_work_kindly(factory: ExecutorFactory) -> None:
    """EXECUTOR-007: long before a long grace is over, and nothing outlives the call."""
    async with factory() as subject:
        if subject.endless is None:
            return
        log = MemoryLog()
        grace_ms = 10 * int(_PATIENCE_S) * 1000
        work = asyncio.create_task(subject.executor.execute(subject.call(subject.endless, log=log, grace_ms=grace_ms)))
        pids = await _started(log, work)
        await _cancelled(work)
        assert [pid for pid in pids if _is_alive(pid)] == []


async def deaf_work_is_forced_after_the_grace(factory: ExecutorFactory) -> None:
    """EXECUTOR-008: not before, and nothing outlives the call."""
    async with factory() as subject:
        if subject.stubborn is None:
            return
        log = MemoryLog()
        call = subject.call(subject.stubborn, log=log, grace_ms=_GRACE_MS)
        work = asyncio.create_task(subject.executor.execute(call))
        pids = await _started(log, work)
        assert await _cancelled(work) >= _GRACE_MS / 1000
        assert [pid for pid in pids if _is_alive(pid)] == []


async def a_failure_or_cancel_spoils_nothing(factory: ExecutorFactory) -> None:
    """EXECUTOR-009: the next call succeeds."""
    async with factory() as subject:
        if subject.fails is not None:
            await _error(subject, subject.fails)
        if subject.endless is not None:
            log = MemoryLog()
            work = asyncio.create_task(subject.executor.execute(subject.call(subject.endless, log=log)))
            await _started(log, work)
            await _cancelled(work)
        assert (await subject.executor.execute(subject.call(subject.succeeds))).output == subject.output


async def closing_is_final_and_repeatable(factory: ExecutorFactory) -> None:
    """EXECUTOR-010."""
    async with factory() as subject:
        await subject.executor.execute(subject.call(subject.succeeds))
        await subject.executor.aclose()
        await subject.executor.aclose()


EXECUTOR_RULES: Final[tuple[Rule[ExecutorFactory], ...]] = (
    Rule("EXECUTOR-001", kind_is_a_constant_word),
    Rule("EXECUTOR-002", schema_stands_alone_and_judges),
    Rule("EXECUTOR-003", success_returns_canonical_json),
    Rule("EXECUTOR-004", parameters_that_break_the_schema_are_refused),
    Rule("EXECUTOR-005", failure_has_a_stable_code),
    Rule("EXECUTOR-006", calls_do_not_mix),
    Rule("EXECUTOR-007", cancel_ends_work_kindly),
    Rule("EXECUTOR-008", deaf_work_is_forced_after_the_grace),
    Rule("EXECUTOR-009", a_failure_or_cancel_spoils_nothing),
    Rule("EXECUTOR-010", closing_is_final_and_repeatable),
)
