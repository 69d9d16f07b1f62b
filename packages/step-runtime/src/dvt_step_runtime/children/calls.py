"""The child's side of a call."""

import importlib
import inspect
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType

from dvt_step_runtime.callables.finding import find_callable
from dvt_step_runtime.callables.raising import described, failure
from dvt_step_runtime.callables.sources import Sources, put_first
from dvt_step_runtime.callables.typed import TypedCallable
from dvt_step_runtime.children.frames import ChildChannel, Frame
from dvt_step_runtime.children.reports import ChildArtifacts, ChildLogHandler
from dvt_step_runtime.context import StepContext
from dvt_step_runtime.failures import StepCancelled, StepFailed


class ChildCalls:
    """Serves calls one at a time; the process is as it was before, or says that it is not."""

    def __init__(self, channel: ChildChannel) -> None:
        self._channel = channel
        self._sources: Sources | None = None
        self._known: dict[str, TypedCallable] = {}
        self._running = False
        self._pid = os.getpid()
        signal.signal(signal.SIGTERM, self._on_terminate)
        ChildLogHandler(channel).install()

    def _on_terminate(self, _number: int, _frame: FrameType | None) -> None:
        if self._running:
            self._running = False
            raise StepCancelled

    def serve(self) -> bool:
        """Serve one call; False when there is none any more."""
        request = self._channel.receive()
        if request is None:
            return False
        try:
            self._settle(request["codeRoot"])
        except OSError as error:
            self._channel.send(
                {"type": "failed", "code": "PYTHON_IMPORT", "message": f"the plan's folder: {error.strerror}"}
            )
            return False
        if self._sources is not None and self._sources.changed():
            self._channel.send({"type": "stale"})
            return False
        folder, environment, threads = Path.cwd(), dict(os.environ), set(threading.enumerate())
        try:
            answer = self._answer(request)
        except StepCancelled:
            answer = {"type": "cancelled"}
        if os.getpid() != self._pid:
            os._exit(0)  # a fork of the callable came back; the original answers
        for stream in (sys.stdout, sys.stderr):
            with suppress(ValueError, OSError):  # the callable may have closed it
                stream.flush()
        os.chdir(folder)
        if os.environ != environment:
            os.environ.clear()
            os.environ.update(environment)
        answer["left"] = left_behind(threads)
        self._send(answer)
        return True

    def _settle(self, code_root: str | None) -> None:
        if code_root is not None and self._sources is None:
            os.chdir(code_root)
            self._sources = put_first(Path(code_root))

    def _answer(self, request: Frame) -> Frame:
        try:
            self._running = True
            return self._called(request)
        except StepCancelled:
            raise
        except BaseException as error:  # noqa: BLE001 - SystemExit and all: the child goes on
            self._running = False
            self._channel.send({"type": "log", "text": described(error)})
            return {"type": "failed", **failure(error)}
        finally:
            self._running = False

    def _called(self, request: Frame) -> Frame:
        target = request["callable"]
        found = self._known.get(target)
        if found is None:
            importlib.invalidate_caches()  # a file may be newer than the listing of its folder
            found = self._known[target] = find_callable(target)
        if found.is_async:
            return {"type": "async"}
        os.environ.update(request["environment"])
        root = request["codeRoot"]
        context = StepContext(
            **request["step"], code_root=Path(root) if root else None, _sink=ChildArtifacts(self._channel)
        )
        value = found.call(request["arguments"], context)
        self._running = False
        if inspect.isawaitable(value):
            raise StepFailed("PYTHON_RAISED", "it returned an awaitable; declare it with `async def`")
        return {"type": "returned", "output": found.document(value)}

    def _send(self, answer: Frame) -> None:
        try:
            self._channel.send(answer)
        except (ValueError, TypeError, RecursionError) as error:
            refusal = {"type": "failed", "code": "OUTPUT_NOT_CANONICAL", "message": f"the output is no JSON: {error}"}
            self._channel.send({**refusal, "left": answer["left"]})


def left_behind(threads: set[threading.Thread]) -> str | None:
    """Say what of a call still lives: its processes (adopted ones too), or threads that were not there before."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        rest = [thread.name for thread in threading.enumerate() if thread not in threads]
        return f"threads ({', '.join(sorted(rest))})" if rest else None
    return "processes"
