"""A worker that gets SIGKILL takes with it whatever its steps have started."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from dvt_step_runtime.testing.waiting import gone, until

WORKER = """
import asyncio, sys
from pathlib import Path
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemoryLog, MemorySecrets
from dvt_step_runtime.plugins import load_executors

PARAMETERS = {
    "python": {"callable": "tasks:work"},
    "process": {"argv": ["sh", "program.sh"]},
}

async def main():
    kind, folder = sys.argv[1], Path(sys.argv[2])
    executors = load_executors()
    await executors["python"].prewarm()
    print(executors["python"]._pool._spare[0].pid, flush=True)
    await executors[kind].execute(StepCall(
        RunKey("acme", "run"), "work", 1, "key", PARAMETERS[kind], 60_000, 10_000,
        MemoryLog(), MemoryArtifacts(), MemorySecrets(), folder,
    ))

asyncio.run(main())
"""
PROGRAM = """
trap '' TERM HUP
sleep 600 & setsid sleep 600 &
echo $$ $! $PPID > pids
while :; do wait; done
"""
TASKS = """
import ctypes, os, signal, subprocess

def work():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ours = subprocess.Popen(["sleep", "600"])
    daemon = subprocess.Popen(["sleep", "600"], start_new_session=True)
    with open("pids", "w") as file:
        file.write(f"{os.getpid()} {ours.pid} {daemon.pid} {os.getppid()}\\n")
    ctypes.PyDLL(None).sleep(600)  # holds the interpreter's lock: no thread and no signal handler of it can run
"""


@pytest.mark.parametrize("kind", ["python", "process"])
async def test_sigkill_of_the_worker_ends_everything(kind: str, tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(TASKS, "utf-8")
    (tmp_path / "program.sh").write_text(PROGRAM, "utf-8")
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, kind, str(tmp_path), stdout=subprocess.PIPE
    )
    try:
        assert worker.stdout is not None
        spare = int(await worker.stdout.readline())
        pids = tmp_path / "pids"
        await until(lambda: pids.exists() and pids.read_text("utf-8").endswith("\n"))
        started = {spare, *map(int, pids.read_text("utf-8").split())}
        assert not any(gone(pid) for pid in started)
        worker.kill()
        await worker.wait()
        await until(lambda: all(gone(pid) for pid in started))
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
