"""What a child tells while a call runs: log records and artifacts."""

import logging
import tempfile
from contextlib import suppress
from pathlib import Path

from dvt_step_runtime.children.frames import ChildChannel


class ChildLogHandler(logging.Handler):
    """Sends every log record to the step's log."""

    def __init__(self, channel: ChildChannel) -> None:
        super().__init__()
        self._channel = channel
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def install(self) -> None:
        """Take the records of all loggers from INFO on."""
        root = logging.getLogger()
        root.addHandler(self)
        root.setLevel(logging.INFO)
        logging.captureWarnings(capture=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        try:
            self._channel.send({"type": "log", "text": self.format(record) + "\n"})
        except Exception:  # noqa: BLE001 - logging never fails its caller
            self.handleError(record)


class ChildArtifacts:
    """Hands artifacts to the worker, by file: the store is the worker's."""

    def __init__(self, channel: ChildChannel) -> None:
        self._channel = channel

    def put(self, content: bytes | Path, *, name: str, media_type: str | None) -> dict[str, str | int]:
        """Keep bytes or a file."""
        if isinstance(content, Path):
            with content.open("rb"):  # what cannot be read is the callable's own error
                return self._hand_over(content, name, media_type)
        with tempfile.NamedTemporaryFile(prefix="dvt-artifact-", delete=False) as file:
            file.write(content)
        try:
            return self._hand_over(Path(file.name), name, media_type)
        finally:
            with suppress(FileNotFoundError):
                Path(file.name).unlink()

    def _hand_over(self, path: Path, name: str, media_type: str | None) -> dict[str, str | int]:
        answer = self._channel.ask({"type": "artifact", "path": str(path), "name": name, "mediaType": media_type})
        refusal = answer.get("refused")
        if refusal is not None:
            raise {"value": ValueError, "os": OSError}[refusal](answer["message"])
        artifact: dict[str, str | int] = answer["artifact"]
        return artifact
