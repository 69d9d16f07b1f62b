"""Real programs."""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_engine_core.errors import StepError
from dvt_engine_core.ports.execution import StepCall, StepResult
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemoryLog
from dvt_step_runtime.executors.process import ProcessExecutor
from dvt_step_runtime.testing.waiting import NewCall, gone, logged


async def run(new_call: NewCall, *argv: JsonValue, **parameters: JsonValue) -> StepResult:
    return await ProcessExecutor().execute(new_call({"argv": argv, **parameters}))


async def refused(new_call: NewCall, *argv: JsonValue, **parameters: JsonValue) -> StepError:
    with pytest.raises(StepError) as caught:
        await run(new_call, *argv, **parameters)
    return caught.value


def without_folder(call: NewCall) -> NewCall:
    def make(parameters: JsonObject = MappingProxyType({}), /, *, url: str = "", **more: JsonValue) -> StepCall:
        return replace(call(parameters, url=url, **more), code_root=None)

    return make


@pytest.mark.parametrize(
    ("script", "form", "output"),
    [
        ("echo ü", "exit-code", {"exitCode": 0}),
        ("echo ü", "text", {"exitCode": 0, "stdout": "ü\n"}),
        ("""echo '{"a": [1, 1.5, null]}'""", "json", {"a": [1, 1.5, None]}),
        ("echo no >&2", "text", {"exitCode": 0, "stdout": ""}),
        ("exit 4", "exit-code", {"exitCode": 4}),
    ],
)
async def test_output_is_what_the_step_declares(new_call: NewCall, script: str, form: str, output: JsonObject) -> None:
    result = await run(new_call, "sh", "-c", script, output=form, okExitCodes=[0, 4])
    assert result.output == output


async def test_there_is_no_shell_and_numbers_are_written_as_in_json(new_call: NewCall) -> None:
    flag = True
    result = await run(new_call, "printf", "<%s>", "$HOME;*", 1, 2.0, 2.5, flag, output="text")
    assert result.output == {"exitCode": 0, "stdout": "<$HOME;*><1><2><2.5><true>"}


async def test_the_environment_is_minimal_and_names_the_step(
    new_call: NewCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVT_SECRET_TOKEN", "s3cret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    result = await run(
        new_call, "env", output="text", environment={"MINE": "1", "LANG": "C", "DVT_EFFECT_KEY": "forged"}
    )
    assert isinstance(result.output, dict)
    found = dict(line.split("=", 1) for line in str(result.output["stdout"]).splitlines())
    assert (
        found.items()
        >= {"MINE": "1", "LANG": "C", "DVT_EFFECT_KEY": "e" * 64, "DVT_STEP_ID": "work", "DVT_ATTEMPT": "2"}.items()
    )
    allowed = {"HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER", "MINE"}
    assert {name for name in found if not name.startswith("DVT_")} <= allowed
    assert "s3cret" not in str(found)


async def test_standard_input_is_the_text_or_nothing(new_call: NewCall) -> None:
    text = "ü" * 200_000
    assert (await run(new_call, "cat", stdin=text, output="text")).output == {"exitCode": 0, "stdout": text}
    assert (await run(new_call, "cat", output="text")).output == {"exitCode": 0, "stdout": ""}


async def test_the_working_folder_is_the_plans_or_a_fresh_one_that_vanishes(new_call: NewCall, folder: Path) -> None:
    assert (await run(new_call, "pwd", output="text")).output == {"exitCode": 0, "stdout": f"{folder}\n"}
    result = await run(without_folder(new_call), "sh", "-c", "pwd; touch a; ls", output="text")
    assert isinstance(result.output, dict)
    fresh, *files = str(result.output["stdout"]).splitlines()
    assert files == ["a"]
    assert fresh != str(folder)
    assert not os.path.exists(fresh)  # noqa: ASYNC240, PTH110


async def test_streams_reach_the_log_while_the_program_runs(new_call: NewCall, log: MemoryLog, folder: Path) -> None:
    script = "echo out; echo err >&2; until [ -e go ]; do sleep 0.01; done; printf end"
    work = asyncio.create_task(run(new_call, "sh", "-c", script))
    await logged(log, "stdout: out")
    await logged(log, "stderr: err")
    assert not work.done()
    (folder / "go").touch()
    await work
    assert log.lines[-1] == "stdout: end"


@pytest.mark.parametrize(
    ("argv", "parameters", "code", "said"),
    [
        (["no-such-program"], {}, "PROCESS_NOT_FOUND", "`no-such-program`: No such file or directory"),
        (["./plain"], {}, "PROCESS_NOT_FOUND", "`./plain`: Permission denied"),
        (["./noise"], {}, "PROCESS_NOT_FOUND", "`./noise`: Exec format error"),
        (["sh", "-c", "exit 3"], {}, "PROCESS_EXIT", "the program ended with exit code 3"),
        (["true"], {"okExitCodes": [1]}, "PROCESS_EXIT", "the program ended with exit code 0"),
        (["sh", "-c", "kill -SEGV $$"], {"okExitCodes": [139]}, "PROCESS_EXIT", "the program ended with SIGSEGV"),
        (["sh", "-c", "kill -KILL $PPID; sleep 600"], {}, "PROCESS_EXIT", "the program ended with SIGKILL"),
        (["echo", "{"], {"output": "json"}, "PROCESS_OUTPUT", "standard output is not one JSON document (line 2)"),
        (["echo", "1 2"], {"output": "json"}, "PROCESS_OUTPUT", "standard output is not one JSON document (line 1)"),
        (["printf", "\\377"], {"output": "text"}, "PROCESS_OUTPUT", "standard output is not UTF-8"),
        (["head", "-c", 9_000_000, "/dev/zero"], {"output": "text"}, "PROCESS_OUTPUT", "more than 8 MiB"),
        (["true"], {"artifacts": {"a": "missing"}}, "ARTIFACT_MISSING", "artifact a: there is no file `missing`"),
        (["true"], {"artifacts": {"a": "."}}, "ARTIFACT_MISSING", "artifact a: `.` is not a file"),
        (["true"], {"artifacts": {"a": "../beside"}}, "ARTIFACT_MISSING", "`../beside` leaves the working folder"),
        (
            ["ln", "-s", "../beside", "l"],
            {"artifacts": {"a": "l"}},
            "ARTIFACT_MISSING",
            "`l` leaves the working folder",
        ),
        (["ln", "-s", "..", "d"], {"artifacts": {"a": "d/beside"}}, "ARTIFACT_MISSING", "leaves the working folder"),
        (["true"], {"artifacts": {"a": "/etc/hostname"}}, "ARTIFACT_MISSING", "leaves the working folder"),
        (["mkfifo", "f"], {"artifacts": {"a": "f"}}, "ARTIFACT_MISSING", "`f` is not a file"),
        (["ln", "-s", "l", "l"], {"artifacts": {"a": "l"}}, "ARTIFACT_MISSING", "there is no file `l`"),
    ],
)
async def test_failures_are_told_apart(
    new_call: NewCall, folder: Path, argv: list[JsonValue], parameters: JsonObject, code: str, said: str
) -> None:
    (folder.parent / "beside").write_text("s3cret")
    (folder / "plain").write_text("")
    (folder / "noise").write_bytes(b"\x00\x01")
    (folder / "noise").chmod(0o700)
    error = await refused(new_call, *argv, **parameters)
    assert error.code == code
    assert said in error.message


async def test_a_secret_in_the_arguments_is_in_no_error(new_call: NewCall) -> None:
    error = await refused(new_call, "sh", "-c", "exit 1", "s3cret", environment={"TOKEN": "s3cret"})
    assert "s3cret" not in str(error)


async def test_files_become_artifacts(new_call: NewCall, artifacts: MemoryArtifacts) -> None:
    script = "mkdir out; echo '# R' > out/r.md; ln -s out/r.md same"
    result = await run(new_call, "sh", "-c", script, artifacts={"report.md": "out/r.md", "again": "same"})
    assert [(kept.name, kept.media_type) for kept in result.artifacts] == [
        ("report.md", "text/markdown"),
        ("again", "application/octet-stream"),
    ]
    assert {artifacts.contents[kept.sha256] for kept in result.artifacts} == {b"# R\n"}


@pytest.mark.parametrize(
    "leave", ["sleep 600 &", "setsid sleep 600 &", "(setsid sh -c 'sleep 600 & echo $! > pid; wait' &);"]
)
async def test_what_a_program_leaves_behind_dies_with_the_call(
    new_call: NewCall, log: MemoryLog, folder: Path, leave: str
) -> None:
    await run(
        new_call, "sh", "-c", f"{leave} echo $! > shell; until [ -s shell ] && {{ [ -s pid ] || [ $! ]; }}; do :; done"
    )
    written = [path.read_text("utf-8").strip() for path in (folder / "pid", folder / "shell") if path.exists()]
    pids = [int(text) for text in written if text]
    assert pids
    assert all(gone(pid) for pid in pids)
    assert any("left behind" in line for line in log.lines)


async def test_a_program_may_finish_its_work_within_the_grace(new_call: NewCall, log: MemoryLog) -> None:
    script = "trap 'echo saved; exit 0' TERM; echo started; sleep 600 & wait"
    work = asyncio.create_task(run(new_call, "sh", "-c", script, output="text"))
    await logged(log, "stdout: started")
    work.cancel()
    assert (await work).output == {"exitCode": 0, "stdout": "started\nsaved\n"}


async def test_a_cancel_while_the_program_starts_leaves_nothing(new_call: NewCall, folder: Path) -> None:
    for delay in range(8):
        work = asyncio.create_task(
            run(
                new_call,
                sys.executable,
                "-c",
                "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)",
            )
        )
        await asyncio.sleep(delay * 0.004)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    pid = folder / "pid"
    assert not pid.exists() or gone(int(pid.read_text("utf-8") or "999999999"))


async def test_parallel_programs_do_not_hold_each_others_pipes(new_call: NewCall, log: MemoryLog) -> None:
    long = asyncio.create_task(run(new_call, "sh", "-c", "echo started; sleep 600"))
    await logged(log, "stdout: started")
    quick = await asyncio.gather(*(run(new_call, "echo", number, output="json") for number in range(10)))
    assert [result.output for result in quick] == list(range(10))
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long
