"""Sync callables in real child processes."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dvt_contracts.base import JsonValue
from dvt_engine_core.errors import StepError
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemoryLog
from dvt_step_runtime.executors.python import PythonExecutor
from dvt_step_runtime.testing.waiting import NewCall, logged

Module = Callable[[str, str], None]


@pytest.fixture
async def executor() -> AsyncIterator[PythonExecutor]:
    made = PythonExecutor()
    yield made
    await made.aclose()


async def failure(executor: PythonExecutor, new_call: NewCall, name: str, **arguments: JsonValue) -> StepError:
    with pytest.raises(StepError) as caught:
        await executor.execute(new_call(callable=f"tasks:{name}", arguments=arguments))
    return caught.value


async def output(executor: PythonExecutor, new_call: NewCall, name: str, **arguments: JsonValue) -> JsonValue:
    return (await executor.execute(new_call(callable=f"tasks:{name}", arguments=arguments))).output


async def test_streams_and_logging_reach_the_log_while_the_call_runs(
    executor: PythonExecutor, new_call: NewCall, module: Module, log: MemoryLog, folder: Path
) -> None:
    module(
        "tasks",
        """
        import logging, subprocess, sys, time, warnings
        from pathlib import Path

        def talk():
            print("printed")
            print("complained", file=sys.stderr)
            logging.getLogger("mine").info("logged")
            subprocess.run(["echo", "from a program"])
            while not Path("go").exists():
                time.sleep(0.005)
            print("last words without line end", end="")
        """,
    )
    work = asyncio.create_task(output(executor, new_call, "talk"))
    await logged(log, "stdout: from a program")
    assert not work.done()
    assert set(log.lines) == {
        "stdout: printed",
        "stderr: complained",
        "log: INFO mine: logged",
        "stdout: from a program",
    }
    (folder / "go").touch()
    await work
    assert log.lines[-1] == "stdout: last words without line end"


async def test_a_callable_sees_its_step_and_none_of_the_workers_secrets(
    executor: PythonExecutor, new_call: NewCall, module: Module, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setenv("DVT_SECRET_TOKEN", "s3cret")
    module(
        "tasks",
        """
        import os
        from dvt_step_runtime import StepContext

        def look(step: StepContext):
            assert os.environ["DVT_EFFECT_KEY"] == step.effect_key
            dvt = sorted(name for name in os.environ if name.startswith("DVT_"))
            return [step.run_id[:4], step.step_id, step.attempt, str(step.code_root), os.getcwd(), dvt]
        """,
    )
    names = ["DVT_ATTEMPT", "DVT_EFFECT_KEY", "DVT_RUN_ID", "DVT_STEP_ID"]
    assert await output(executor, new_call, "look") == ["0198", "work", 2, str(folder), str(folder), names]


async def test_the_plans_folder_comes_before_the_environment(
    executor: PythonExecutor, new_call: NewCall, module: Module, folder: Path
) -> None:
    (folder / "psycopg").mkdir()  # a folder of data must not hide a package
    module("rfc8785", "MINE = True\n")
    module("tasks", "import rfc8785, psycopg\ndef f(): return [rfc8785.MINE, hasattr(psycopg, 'connect')]\n")
    assert await output(executor, new_call, "f") == [True, True]


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("raise ValueError('no')", "PYTHON_RAISED", "ValueError: no"),
        ("import sys; sys.exit(3)", "PYTHON_RAISED", "SystemExit: 3"),
        ("from dvt_step_runtime import StepFailed; raise StepFailed('OUT_OF_STOCK', 'none')", "OUT_OF_STOCK", "none"),
        ("import os; os._exit(0)", "PYTHON_CHILD_DIED", "the child process ended: exit code 0"),
        ("import os; os._exit(7)", "PYTHON_CHILD_DIED", "the child process ended: exit code 7"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "PYTHON_CHILD_DIED",
            "the child process ended: SIGSEGV",
        ),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "PYTHON_CHILD_DIED",
            "the child process ended: SIGKILL",
        ),
        ("import os, signal; os.kill(os.getppid(), signal.SIGKILL); signal.pause()", "PYTHON_CHILD_DIED", "SIGKILL"),
        ("return object()", "OUTPUT_NOT_CANONICAL", "JSON cannot express"),
        ("return 10 ** 5000", "OUTPUT_NOT_CANONICAL", "no JSON"),
        ("return later()", "PYTHON_RAISED", "async def"),
    ],
)
async def test_failures_are_told_apart(
    executor: PythonExecutor, new_call: NewCall, module: Module, source: str, code: str, said: str
) -> None:
    module(
        "tasks", f"import asyncio\ndef later(): return asyncio.sleep(0)\ndef f():\n    {source}\ndef ok(): return 1\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONWARNINGS", "ignore")
        error = await failure(executor, new_call, "f")
    assert error.code == code
    assert said in error.message
    assert await output(executor, new_call, "ok") == 1


async def test_the_traceback_is_in_the_log_without_our_frames(
    executor: PythonExecutor, new_call: NewCall, module: Module, log: MemoryLog
) -> None:
    module("tasks", "def f():\n    raise ValueError('no')\n")
    await failure(executor, new_call, "f")
    text = "\n".join(log.lines)
    assert 'tasks.py", line 2, in f' in text
    assert "dvt_step_runtime" not in text


@pytest.mark.parametrize(
    ("source", "said"),
    [("", "there is no `f`"), ("import nowhere_", "No module named 'nowhere_'"), ("1/0", "ZeroDivisionError")],
)
async def test_what_cannot_be_imported_says_why_and_can_be_mended(
    executor: PythonExecutor, new_call: NewCall, module: Module, source: str, said: str
) -> None:
    module("tasks", source)
    error = await failure(executor, new_call, "f")
    assert error.code == "PYTHON_IMPORT"
    assert said in error.message
    module("tasks", "def f(): return 1\n")
    assert await output(executor, new_call, "f") == 1


async def test_a_folder_that_is_gone_is_an_import_fault(
    executor: PythonExecutor, new_call: NewCall, tmp_path: Path
) -> None:
    with pytest.raises(StepError) as caught:
        await executor.execute(replace(new_call(callable="tasks:f"), code_root=tmp_path / "gone"))
    assert (caught.value.code, caught.value.message) == (
        "PYTHON_IMPORT",
        "the plan's folder: No such file or directory",
    )


async def test_artifacts_are_kept_and_refused(
    executor: PythonExecutor, new_call: NewCall, module: Module, artifacts: MemoryArtifacts
) -> None:
    module(
        "tasks",
        """
        from pathlib import Path
        from dvt_step_runtime import StepContext

        def keep(step: StepContext):
            Path("made.csv").write_text("a,b")
            first = step.artifact("report.md", "draft")
            step.artifact("report.md", "final")
            step.artifact("made.csv", path="made.csv")
            faults = []
            wrong = {"content": b"", "media_type": "?"}
            for name, options in (("../x", {"content": b""}), ("a", wrong), ("a", {"path": "no"})):
                try:
                    step.artifact(name, **options)
                except (ValueError, OSError) as error:
                    faults.append(type(error).__name__)
            return [first["sizeBytes"], faults]
        """,
    )
    result = await executor.execute(new_call(callable="tasks:keep"))
    assert result.output == [5, ["ValueError", "ValueError", "FileNotFoundError"]]
    assert [(kept.name, kept.media_type) for kept in result.artifacts] == [
        ("report.md", "text/markdown"),
        ("made.csv", "text/csv"),
    ]
    assert [artifacts.contents[kept.sha256] for kept in result.artifacts] == [b"final", b"a,b"]


async def test_finally_runs_on_cancel_and_except_exception_does_not_swallow_it(
    executor: PythonExecutor, new_call: NewCall, module: Module, log: MemoryLog
) -> None:
    module(
        "tasks",
        """
        import time
        def wait():
            try:
                print("started")
                while True:
                    try:
                        time.sleep(600)
                    except Exception:
                        pass
            finally:
                print("cleaned up")
        """,
    )
    work = asyncio.create_task(output(executor, new_call, "wait"))
    await logged(log, "stdout: started")
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert "stdout: cleaned up" in log.lines


async def test_work_that_succeeds_within_the_grace_counts(
    executor: PythonExecutor, new_call: NewCall, module: Module, log: MemoryLog
) -> None:
    module(
        "tasks",
        """
        import time
        from dvt_step_runtime import StepCancelled
        def wait():
            try:
                print("started")
                time.sleep(600)
            except StepCancelled:
                return "saved"
        """,
    )
    work = asyncio.create_task(output(executor, new_call, "wait"))
    await logged(log, "stdout: started")
    work.cancel()
    assert await work == "saved"


async def test_the_loop_runs_while_a_child_works_and_floods(
    executor: PythonExecutor, new_call: NewCall, module: Module, log: MemoryLog
) -> None:
    module(
        "tasks",
        "def f():\n    for n in range(300): print('x' * 999)\n    return 'y' * 1_000_000\n",
    )
    work = asyncio.create_task(output(executor, new_call, "f"))
    ticks = 0
    while not work.done():
        await asyncio.sleep(0)
        ticks += 1
    assert ticks > 10
    assert await work == "y" * 1_000_000
    assert log.lines == ["stdout: " + "x" * 999] * 300


def test_tests_leave_no_child() -> None:
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if children.exists():
        names = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children.read_text("utf-8").split()]
        assert not [name for name in names if b"guard.py" in name]
