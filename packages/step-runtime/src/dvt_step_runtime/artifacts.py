"""Artifacts as files named by their content."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, Final

from dvt_contracts.models.engine.v1.artifact_ref import ArtifactRef
from dvt_engine_core.errors import InconsistencyError, RejectedError

_SCHEME: Final = "dvt-artifact:sha256/"
_CHUNK: Final = 1024 * 1024


class DirectoryArtifactStore:
    """Artifacts below a folder as `sha256/ab/cdef...`; the same bytes are kept once.

    A file appears whole or not at all, and is on disk when `put` returns. What is read is checked against its hash.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, content: bytes | Path, *, name: str, media_type: str) -> ArtifactRef:
        """Keep bytes, or the bytes of a file. Raises: OSError if they cannot be read or kept."""
        sha256, size = await asyncio.to_thread(self._kept, content)
        return ArtifactRef(
            name=name, sha256=sha256, size_bytes=size, media_type=media_type, address=f"{_SCHEME}{sha256}"
        )

    def _path(self, sha256: str) -> Path:
        return self._root / "sha256" / sha256[:2] / sha256[2:]

    def _kept(self, content: bytes | Path) -> tuple[str, int]:
        incoming = self._root / "incoming"
        incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd, temporary = tempfile.mkstemp(dir=incoming)  # readable by its owner only
        try:
            with os.fdopen(fd, "wb") as target:
                sha256, size = _copied(content, target)
                target.flush()
                os.fsync(target.fileno())
            path = self._path(sha256)
            if path.exists():
                Path(temporary).unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                Path(temporary).replace(path)
                _on_disk(path.parent)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return sha256, size

    async def read(self, artifact: ArtifactRef) -> AsyncIterator[bytes]:
        """Bytes of an artifact in chunks.

        Raises: RejectedError [ARTIFACT_NOT_FOUND]; InconsistencyError [ARTIFACT_CORRUPT] after the last chunk if the
        bytes do not have the hash.
        """
        if artifact.address != f"{_SCHEME}{artifact.sha256}":
            raise RejectedError(f"{artifact.name}: not kept in this store", code="ARTIFACT_NOT_FOUND")
        try:
            file = await asyncio.to_thread(self._path(artifact.sha256).open, "rb")
        except FileNotFoundError as error:
            raise RejectedError(
                f"{artifact.name}: its bytes are not in this store", code="ARTIFACT_NOT_FOUND"
            ) from error
        digest = hashlib.sha256()
        with file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != artifact.sha256:
            raise InconsistencyError(f"{artifact.name}: the bytes do not have their hash", code="ARTIFACT_CORRUPT")


def _copied(content: bytes | Path, target: BinaryIO) -> tuple[str, int]:
    if isinstance(content, bytes):
        target.write(content)
        return hashlib.sha256(content).hexdigest(), len(content)
    digest, size = hashlib.sha256(), 0
    with content.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return digest.hexdigest(), size


def _on_disk(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
