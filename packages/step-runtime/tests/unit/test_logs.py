from pathlib import Path

import pytest
from dvt_engine_core.ports.store import RunKey
from dvt_step_runtime.logs import DirectoryStepLogs

RUN = RunKey("acme", "0198f0a0-0000-7000-8000-000000000000")


class Noon:
    def now(self) -> str:
        return "2026-01-31T12:00:00.000Z"


@pytest.fixture
def logs(tmp_path: Path) -> DirectoryStepLogs:
    return DirectoryStepLogs(tmp_path, clock=Noon(), largest=400)


async def read(logs: DirectoryStepLogs, step: str = "a", attempt: int = 1, tail: int | None = None) -> str | None:
    return await logs.read(RUN, step_id=step, attempt=attempt, tail_lines=tail)


def log_files(folder: Path) -> list[Path]:
    return list(folder.rglob("*.log"))


async def test_a_line_has_time_and_stream_and_cannot_be_forged(logs: DirectoryStepLogs) -> None:
    log = logs.open(RUN, step_id="a", attempt=1)
    log.write("stdout", "one\n\x1b[2Jtwo\r2026-01-31T12:00:00.000Z stderr forged\n")
    log.write("stderr", "three")
    log.close()
    assert await read(logs) == (
        "2026-01-31T12:00:00.000Z stdout one\n"
        "2026-01-31T12:00:00.000Z stdout \\x1b[2Jtwo\\x0d2026-01-31T12:00:00.000Z stderr forged\n"
        "2026-01-31T12:00:00.000Z stderr three\n"
    )


async def test_a_line_is_readable_before_the_log_is_closed(logs: DirectoryStepLogs) -> None:
    log = logs.open(RUN, step_id="a", attempt=1)
    log.write("log", "one\n")
    assert await read(logs) == "2026-01-31T12:00:00.000Z log    one\n"
    log.close()


async def test_redelivery_goes_on_in_the_same_log(logs: DirectoryStepLogs) -> None:
    first = logs.open(RUN, step_id="a", attempt=1)
    first.write("log", "one")
    first.close()
    log = logs.open(RUN, step_id="a", attempt=1)
    log.write("log", "two")
    tail = log.tail(lines=5)
    log.close()
    assert [line[-3:] for line in tail.splitlines()] == ["one", "two"]
    assert (await read(logs)) == tail


async def test_a_full_log_says_so_and_keeps_beginning_and_end(logs: DirectoryStepLogs) -> None:
    log = logs.open(RUN, step_id="a", attempt=1)
    for number in range(1000):
        log.write("stdout", f"line {number}\n")
    log.close()
    lines = (await read(logs) or "").splitlines()
    assert lines[0].endswith("line 0")
    assert sum("the log is full" in line for line in lines) == 1
    (gap,) = [line for line in lines if "lines are left out" in line]
    kept = [line for line in lines if " stdout line " in line]
    assert int(gap.split("--")[1].split()[0]) + len(kept) == 1000
    assert lines[-1].endswith("line 999")


async def test_tail_and_read_agree(logs: DirectoryStepLogs) -> None:
    log = logs.open(RUN, step_id="a", attempt=1)
    log.write("log", "one\ntwo\nthree\n")
    assert log.tail(lines=2) == await read(logs, tail=2)
    assert log.tail(lines=0) == ""
    log.close()


async def test_attempts_are_listed_by_step_and_number(logs: DirectoryStepLogs) -> None:
    for step, attempt in (("B", 1), ("b", 10), ("b", 2), ("..", 1)):
        logs.open(RUN, step_id=step, attempt=attempt).close()
    assert await logs.attempts(RUN) == (("..", 1), ("B", 1), ("b", 2), ("b", 10))
    assert await logs.attempts(RunKey("other", RUN.run_id)) == ()
    assert await read(logs, "c") is None


async def test_a_step_cannot_leave_the_folder(logs: DirectoryStepLogs, tmp_path: Path) -> None:
    logs.open(RUN, step_id="..", attempt=1).close()
    (found,) = log_files(tmp_path)
    assert found.is_relative_to(tmp_path / "acme" / RUN.run_id)


async def test_a_folder_that_cannot_be_written_fails_no_step(tmp_path: Path) -> None:
    (tmp_path / "acme").write_text("in the way")
    log = DirectoryStepLogs(tmp_path).open(RUN, step_id="a", attempt=1)
    log.write("stdout", "lost")
    assert log.tail(lines=1) == ""
    log.close()
    log.write("stdout", "after the end")
