"""Which child serves a call, and what it leaves to the next."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dvt_contracts.base import JsonValue
from dvt_engine_core.testing.memory_runtime import MemoryLog
from dvt_step_runtime.children.pool import PoolLimits
from dvt_step_runtime.executors.python import PythonExecutor
from dvt_step_runtime.testing.waiting import NewCall, gone, until

Module = Callable[[str, str], None]


@pytest.fixture
async def executor() -> AsyncIterator[PythonExecutor]:
    made = PythonExecutor()
    yield made
    await made.aclose()


async def output(executor: PythonExecutor, new_call: NewCall, name: str, **arguments: JsonValue) -> JsonValue:
    return (await executor.execute(new_call(callable=f"tasks:{name}", arguments=arguments))).output


async def test_a_child_is_reused_and_clean(executor: PythonExecutor, new_call: NewCall, module: Module) -> None:
    module(
        "tasks",
        """
        import os
        def spoil():
            os.environ["SPOILED"] = "1"
            os.chdir("/")
            return os.getpid()
        def look():
            return [os.getpid(), os.environ.get("SPOILED"), os.getcwd() == "/", "PATH" in os.environ]
        """,
    )
    pid = await output(executor, new_call, "spoil")
    assert await output(executor, new_call, "look") == [pid, None, False, True]


async def test_an_edit_is_seen_at_once_and_others_keep_their_child(
    executor: PythonExecutor, new_call: NewCall, module: Module, tmp_path: Path
) -> None:
    module("helpers", "X = 1\n")
    module("tasks", "import os\ndef x():\n    import helpers\n    return [helpers.X, os.getpid()]\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / "tasks.py").write_text("import os\ndef x(): return [0, os.getpid()]\n", "utf-8")
    calls = [new_call(callable="tasks:x"), replace(new_call(callable="tasks:x"), code_root=other)]
    before = [(await executor.execute(call)).output for call in calls]
    module("helpers", "X = 2\n")
    after = [(await executor.execute(call)).output for call in calls]
    match before, after:
        case [[1, pid], [0, other_pid]], [[2, new_pid], [0, same_pid]]:
            assert pid != new_pid
            assert other_pid == same_pid
        case _:
            pytest.fail(f"{before}, {after}")


@pytest.mark.parametrize(
    "leave",
    [
        "subprocess.Popen(['sleep', '600'])",
        "subprocess.Popen(['sleep', '600'], start_new_session=True)",
        "subprocess.Popen(['sh', '-c', 'setsid sleep 600 & echo $! > pid'], stdout=subprocess.DEVNULL).wait()",
    ],
)
async def test_processes_left_behind_die_with_the_call(
    executor: PythonExecutor, new_call: NewCall, module: Module, log: MemoryLog, leave: str
) -> None:
    module(
        "tasks",
        f"""
        import subprocess, os
        def f():
            left = {leave}
            return left.pid if left else int(open("pid").read())
        """,
    )
    pid = await output(executor, new_call, "f")
    assert isinstance(pid, int)
    assert gone(pid)
    assert any("left processes behind" in line for line in log.lines)


async def test_threads_left_behind_end_the_child(
    executor: PythonExecutor, new_call: NewCall, module: Module, log: MemoryLog
) -> None:
    module(
        "tasks",
        """
        import os, threading, time
        def f():
            threading.Thread(target=time.sleep, args=(600,), name="tired").start()
            return os.getpid()
        """,
    )
    pid = await output(executor, new_call, "f")
    assert isinstance(pid, int)
    assert gone(pid)
    assert any("left threads (tired) behind" in line for line in log.lines)


async def test_a_fork_that_comes_back_answers_nothing(
    executor: PythonExecutor, new_call: NewCall, module: Module
) -> None:
    module(
        "tasks",
        "import os\ndef f():\n    child = os.fork()\n    child and os.waitpid(child, 0)\n    return child > 0\n",
    )
    assert [await output(executor, new_call, "f") for _ in range(3)] == [True] * 3


async def test_a_child_serves_a_number_of_calls_and_few_stay_idle(new_call: NewCall, module: Module) -> None:
    module("tasks", "import os, time\ndef f(s: float = 0):\n    time.sleep(s)\n    return os.getpid()\n")
    executor = PythonExecutor(limits=PoolLimits(busy=3, idle=1, calls=2))
    try:
        first, second, third = [await output(executor, new_call, "f") for _ in range(3)]
        assert first == second != third
        many = await asyncio.gather(*(output(executor, new_call, "f", s=0.05) for _ in range(3)))
        assert isinstance(third, int)
        alive = {pid for pid in (*many, third) if isinstance(pid, int) and not gone(pid)}
        await until(lambda: len({pid for pid in alive if not gone(pid)}) <= 1)
    finally:
        await executor.aclose()
    assert all(gone(pid) for pid in alive)


async def test_an_idle_child_is_let_go(new_call: NewCall, module: Module) -> None:
    module("tasks", "import os\ndef f(): return os.getpid()\n")
    executor = PythonExecutor(limits=PoolLimits(idle_ms=20))
    pid = await output(executor, new_call, "f")
    assert isinstance(pid, int)
    await until(lambda: gone(pid))
    await executor.aclose()


async def test_a_prewarmed_child_serves_the_first_call(
    executor: PythonExecutor, new_call: NewCall, module: Module
) -> None:
    module("tasks", "import os\ndef f(): return os.getpid()\n")
    await executor.prewarm()
    (spare,) = executor._pool._spare
    assert await output(executor, new_call, "f") == spare.pid


async def test_a_call_waits_for_a_free_child(new_call: NewCall, module: Module) -> None:
    module("tasks", "import os, time\ndef f():\n    time.sleep(0.01)\n    return os.getpid()\n")
    executor = PythonExecutor(limits=PoolLimits(busy=1))
    pids = await asyncio.gather(*(output(executor, new_call, "f") for _ in range(5)))
    await executor.aclose()
    assert len(set(map(str, pids))) == 1
