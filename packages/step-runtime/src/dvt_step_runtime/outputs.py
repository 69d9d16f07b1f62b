"""The artifacts of one call."""

import mimetypes
import re
from pathlib import Path

from dvt_contracts.models.engine.v1.artifact_ref import ArtifactRef
from dvt_engine_core.ports.execution import StepCall

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[A-Za-z0-9.+-]+")
_TYPES = mimetypes.MimeTypes()  # the tables of Python, not those of the machine; and what old ones lack
for _suffix, _type in {
    ".csv": "text/csv",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".sql": "application/sql",
    ".toml": "application/toml",
    ".webp": "image/webp",
    ".yaml": "application/yaml",
}.items():
    _TYPES.add_type(_type, _suffix)


def media_type_of(name: str) -> str:
    """Guess from a name, the same on every machine."""
    return _TYPES.guess_type(name)[0] or "application/octet-stream"


class CallArtifacts:
    """Keeps the artifacts that a call writes; a name again replaces the one before."""

    def __init__(self, call: StepCall) -> None:
        self._call = call
        self._kept: dict[str, ArtifactRef] = {}

    async def put(self, content: bytes | Path, *, name: str, media_type: str | None = None) -> ArtifactRef:
        """Keep bytes or a file. Raises: ValueError for a bad name or media type; what the store raises."""
        if not _NAME.fullmatch(name):
            raise ValueError("an artifact's name is 1 to 128 of A-Z a-z 0-9 _ . -")
        chosen = media_type_of(name) if media_type is None else media_type
        if not _MEDIA_TYPE.fullmatch(chosen):
            raise ValueError("a media type looks like text/markdown")
        kept = self._kept[name] = await self._call.artifacts.put(content, name=name, media_type=chosen)
        return kept

    @property
    def kept(self) -> tuple[ArtifactRef, ...]:
        """All of them, in the order of their names' first use."""
        return tuple(self._kept.values())
