"""What a callable of kind `python` may know about the step that calls it. Light to import."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class ArtifactSink(Protocol):
    """Where artifacts go."""

    def put(self, content: bytes | Path, *, name: str, media_type: str | None) -> dict[str, str | int]:
        """Keep bytes or a file; the artifact's reference as a document. May block."""
        ...


@dataclass(frozen=True, slots=True)
class StepContext:
    """The step that calls; annotate a parameter with this class to get it.

    Shape: `effect_key` is the same for every delivery of one logical attempt: pass it on as an idempotency key to
    make an outside effect once. `code_root` is the plan's folder, None where the worker does not honour it.
    """

    tenant_id: str
    run_id: str
    step_id: str
    attempt: int
    effect_key: str
    code_root: Path | None
    _sink: ArtifactSink = field(repr=False)
    logger: logging.Logger = field(default_factory=lambda: logging.getLogger("dvt.step"), repr=False)

    def artifact(
        self,
        name: str,
        content: bytes | str | None = None,
        *,
        path: str | Path | None = None,
        media_type: str | None = None,
    ) -> dict[str, str | int]:
        """Keep bytes, text or a file as an artifact of this step and return its reference; blocks.

        Shape: exactly one of `content` and `path`; a name again replaces the artifact; the media type is guessed from
        the name when not given.
        Raises: ValueError for a bad name or media type; OSError if the file cannot be read or the bytes not be kept.
        """
        if (content is None) == (path is None):
            raise ValueError("give either content or path")
        if path is not None:
            source: bytes | Path = Path(path).absolute()
        else:
            source = content.encode() if isinstance(content, str) else content or b""
        return self._sink.put(source, name=name, media_type=media_type)

    async def artifact_async(
        self,
        name: str,
        content: bytes | str | None = None,
        *,
        path: str | Path | None = None,
        media_type: str | None = None,
    ) -> dict[str, str | int]:
        """`artifact` for async callables: does not hold the loop."""
        import asyncio  # noqa: PLC0415 - a child that runs sync callables need not import it

        return await asyncio.to_thread(self.artifact, name, content, path=path, media_type=media_type)
