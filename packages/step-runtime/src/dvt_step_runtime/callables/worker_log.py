"""Where an async callable's `print` and logging go: the log of the step whose task they run in."""

import io
import logging
from contextvars import ContextVar

from dvt_engine_core.ports.execution import StepLog

CURRENT_LOG: ContextVar[StepLog | None] = ContextVar("dvt_step_log", default=None)


def print_to_log(
    *values: object,
    sep: str | None = " ",
    end: str | None = "\n",
    file: io.TextIOBase | None = None,
    flush: bool = False,
) -> None:
    """`print` of the modules in a plan's folder."""
    log = CURRENT_LOG.get()
    if file is not None or log is None:
        print(*values, sep=sep, end=end, file=file, flush=flush)
        return
    text = io.StringIO()
    print(*values, sep=sep, end=end, file=text)
    log.write("stdout", text.getvalue())


class WorkerLogHandler(logging.Handler):
    """Sends the records of a step's own tasks to its log; others are not its business."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def install(self) -> None:
        """Listen to all loggers, at the levels that the worker has set; to the context's own from INFO on."""
        logging.getLogger("dvt.step").setLevel(logging.INFO)
        logging.getLogger().addHandler(self)

    def remove(self) -> None:
        """Listen no more."""
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        log = CURRENT_LOG.get()
        if log is not None:
            log.write("log", self.format(record) + "\n")
