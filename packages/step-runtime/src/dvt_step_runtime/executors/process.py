"""Kind `process`."""

import asyncio
import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from shutil import rmtree

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.plan.v1.kinds.process import ProcessOutput, ProcessParameters
from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.errors import StepError
from dvt_engine_core.ports.execution import StepCall, StepResult

from dvt_step_runtime.environment import minimal_environment, step_environment
from dvt_step_runtime.outputs import CallArtifacts
from dvt_step_runtime.parameters import parameters_schema, read_parameters
from dvt_step_runtime.supervision.guarded import Guarded
from dvt_step_runtime.supervision.kindly import end_kindly, settled, succeeded
from dvt_step_runtime.supervision.program import CannotStartError, Ended, Program
from dvt_step_runtime.supervision.taps import Tap

_LARGEST_OUTPUT = 8 * 1024 * 1024


class ProcessExecutor:
    """Runs a program without a shell, in a session of its own under a guard: nothing of it outlives the call."""

    kind = "process"

    @property
    def parameters_schema(self) -> JsonObject:
        """Contract plan/v1/kinds/process."""
        return parameters_schema(self.kind)

    async def execute(self, call: StepCall) -> StepResult:
        """Run the program. Raises: StepError [PROCESS_NOT_FOUND, PROCESS_EXIT, PROCESS_OUTPUT, ARTIFACT_MISSING]."""
        parameters = read_parameters(ProcessParameters, call.parameters)
        if call.code_root is not None:
            return await _run(call, parameters, call.code_root)
        folder = Path(tempfile.mkdtemp(prefix="dvt-step-"))
        try:
            return await _run(call, parameters, folder)
        finally:
            await settled(asyncio.ensure_future(asyncio.to_thread(rmtree, folder, ignore_errors=True)))

    async def aclose(self) -> None:
        """Nothing is kept between calls."""


async def _run(call: StepCall, parameters: ProcessParameters, folder: Path) -> StepResult:
    wants_text = parameters.output is not ProcessOutput.EXIT_CODE
    stdout = Tap("stdout", log=call.log, keep=_LARGEST_OUTPUT if wants_text else 0)
    with stdout, Tap("stderr", log=call.log) as stderr:
        starting = asyncio.ensure_future(_started(call, parameters, folder, (stdout, stderr)))
        work = asyncio.ensure_future(_result(call, parameters, folder, starting, (stdout, stderr)))

        def force() -> None:
            if not starting.cancel():
                starting.result().kill()

        return await end_kindly(work, ask=partial(_ask, starting), force=force, grace_ms=call.cancel_grace_ms)


def _ask(starting: asyncio.Future[Guarded]) -> None:
    """Ask the program to end, as soon as it runs: it may run before its start is known here."""
    starting.add_done_callback(lambda started: started.result().terminate_group() if succeeded(started) else None)


async def _started(call: StepCall, parameters: ProcessParameters, folder: Path, taps: tuple[Tap, Tap]) -> Guarded:
    argv = [word if isinstance(word, str) else canonical_text(word) for word in _words(call.parameters)]
    environment = {**minimal_environment(), **parameters.environment, **step_environment(call)}
    with ExitStack() as files:
        stdin = files.enter_context(tempfile.TemporaryFile())
        if isinstance(parameters.stdin, str):
            stdin.write(parameters.stdin.encode())
            stdin.seek(0)
        out, err = taps
        program = Program(argv, folder, environment, stdin=stdin.fileno(), stdout=out.fd, stderr=err.fd)
        try:
            return await Guarded.start(program)
        except CannotStartError as error:
            raise StepError(f"`{argv[0]}`: {error}", code="PROCESS_NOT_FOUND") from error
        finally:
            out.started()
            err.started()


def _words(parameters: Mapping[str, JsonValue]) -> list[JsonValue]:
    argv = parameters["argv"]  # as the plan has them: the model turns integers into floats
    return list(argv) if isinstance(argv, list | tuple) else []


async def _result(
    call: StepCall,
    parameters: ProcessParameters,
    folder: Path,
    starting: asyncio.Future[Guarded],
    taps: tuple[Tap, Tap],
) -> StepResult:
    program = await starting
    try:
        ended = await program.wait()
        for tap in taps:
            await tap.end()
    finally:
        await program.close()
    if ended.left:
        call.log.write("log", f"{ended.left} processes that the program left behind were killed\n")
    if ended.exit_code not in parameters.ok_exit_codes:
        raise StepError(f"the program ended with {ended}", code="PROCESS_EXIT")
    output = _output(parameters.output, ended, taps[0])
    artifacts = CallArtifacts(call)
    for name, path in parameters.artifacts.items():
        await artifacts.put(_inside(folder, name, path), name=name)
    return StepResult(output, artifacts.kept)


def _output(form: ProcessOutput, ended: Ended, stdout: Tap) -> JsonValue:
    if form is ProcessOutput.EXIT_CODE:
        return {"exitCode": ended.exit_code}
    if stdout.overflowed:
        raise StepError("the program wrote more than 8 MiB on standard output", code="PROCESS_OUTPUT")
    try:
        text = stdout.kept.decode()
        if form is ProcessOutput.TEXT:
            return {"exitCode": ended.exit_code, "stdout": text}
        value: JsonValue = json.loads(text)
    except UnicodeDecodeError as error:
        raise StepError("standard output is not UTF-8", code="PROCESS_OUTPUT") from error
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise StepError(f"standard output is not one JSON document{place}", code="PROCESS_OUTPUT") from error
    return value


def _inside(folder: Path, name: str, path: str) -> Path:
    """Resolve an artifact's path; nothing of the program runs any more that could change it."""
    try:
        found = (folder / path).resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise StepError(f"artifact {name}: there is no file `{path}`", code="ARTIFACT_MISSING") from error
    if not found.is_relative_to(folder.resolve()):
        raise StepError(f"artifact {name}: `{path}` leaves the working folder", code="ARTIFACT_MISSING")
    if not found.is_file():
        raise StepError(f"artifact {name}: `{path}` is not a file", code="ARTIFACT_MISSING")
    return found
