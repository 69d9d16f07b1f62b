import asyncio
from hashlib import sha256
from pathlib import Path

import pytest
from dvt_contracts.models.engine.v1.artifact_ref import ArtifactRef
from dvt_engine_core.errors import InconsistencyError, RejectedError
from dvt_step_runtime.artifacts import DirectoryArtifactStore


async def content(store: DirectoryArtifactStore, artifact: ArtifactRef) -> bytes:
    return b"".join([chunk async for chunk in store.read(artifact)])


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


async def test_bytes_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    """[GLOSSARY-020]."""
    store, data = DirectoryArtifactStore(tmp_path / "store"), b"abc"
    digest = sha256(data).hexdigest()
    (tmp_path / "source").write_bytes(data)
    one, two = await asyncio.gather(
        store.put(data, name="one", media_type="text/plain"),
        store.put(tmp_path / "source", name="two", media_type="text/csv"),
    )
    assert (one.sha256, one.size_bytes, one.address) == (digest, 3, f"dvt-artifact:sha256/{digest}")
    assert (two.name, two.media_type, two.address) == ("two", "text/csv", one.address)
    assert files(tmp_path / "store") == [f"sha256/{digest[:2]}/{digest[2:]}"]
    assert await content(store, two) == data


async def test_large_files_come_back_in_chunks(tmp_path: Path) -> None:
    store, data = DirectoryArtifactStore(tmp_path / "store"), b"x" * 2_500_000
    artifact = await store.put(data, name="large", media_type="text/plain")
    assert [len(chunk) async for chunk in store.read(artifact)] == [1_048_576, 1_048_576, 402_848]


async def test_a_put_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = DirectoryArtifactStore(tmp_path / "store")
    with pytest.raises(FileNotFoundError):
        await store.put(tmp_path / "missing", name="a", media_type="text/plain")
    assert files(tmp_path / "store") == []


async def test_only_the_owner_may_read(tmp_path: Path) -> None:
    store = DirectoryArtifactStore(tmp_path / "store")
    await store.put(b"a", name="a", media_type="text/plain")
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / "store").rglob("*") if path.is_file()] == [0]


async def test_unknown_artifacts_are_not_found(tmp_path: Path) -> None:
    store = DirectoryArtifactStore(tmp_path)
    kept = await store.put(b"a", name="a", media_type="text/plain")
    missing = ArtifactRef.parse({**kept.document(), "sha256": "0" * 64, "address": f"dvt-artifact:sha256/{'0' * 64}"})
    foreign = ArtifactRef.parse({**kept.document(), "address": "s3:bucket/a"})
    for artifact in (missing, foreign):
        with pytest.raises(RejectedError) as caught:
            await content(store, artifact)
        assert caught.value.code == "ARTIFACT_NOT_FOUND"


async def test_changed_bytes_are_noticed(tmp_path: Path) -> None:
    store = DirectoryArtifactStore(tmp_path)
    artifact = await store.put(b"good", name="a", media_type="text/plain")
    (tmp_path / files(tmp_path)[0]).write_bytes(b"evil")
    with pytest.raises(InconsistencyError) as caught:
        await content(store, artifact)
    assert caught.value.code == "ARTIFACT_CORRUPT"
