import asyncio
import fcntl
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from dvt_engine_core.ports.outbox import OutboxMessage, Outgoing
from dvt_engine_core.testing.samples import sample_record, sample_run
from dvt_outbox_worker.publishers import jsonl
from dvt_outbox_worker.publishers.jsonl import JsonlPublisher

RUN = sample_run(1)
BATCH = [Outgoing(OutboxMessage(seq, 1, RUN, sample_record(RUN, seq)), 1) for seq in (1, 2, 3)]
WHOLE = b'{"specversion":"1.0","id":"a"}\n'

LIMITED = """
import asyncio, json, resource, sys
from pathlib import Path
from dvt_engine_core.ports.outbox import OutboxMessage, Outgoing
from dvt_engine_core.testing.samples import sample_record, sample_run
from dvt_outbox_worker.publishers.jsonl import JsonlPublisher

run = sample_run(1)
batch = [Outgoing(OutboxMessage(seq, 1, run, sample_record(run, seq)), 1) for seq in (1, 2, 3)]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
results = asyncio.run(JsonlPublisher(Path(sys.argv[1])).publish(batch))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(json.dumps(results))
"""


def sequences(content: bytes) -> list[int]:
    assert content.endswith(b"\n")
    return [int(json.loads(line)["sequence"]) for line in content.splitlines()]


@pytest.mark.parametrize(
    "torn",
    [b"{", b'{"specv', b'{"specversion":"1.0","id":"b', b'{"specversion":"1.0","id":"b"}', b"\0" * 70_000],
    ids=len,
)
@pytest.mark.parametrize("before", [b"", WHOLE], ids=["alone", "after a line"])
async def test_a_torn_last_line_is_cut_before_the_next_append(tmp_path: Path, torn: bytes, before: bytes) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(before + torn)
    assert await JsonlPublisher(path).publish(BATCH) == (None,) * 3
    content = path.read_bytes()
    assert content.startswith(before)
    assert sequences(content.removeprefix(before)) == [1, 2, 3]


async def test_a_long_torn_line_is_cut_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(WHOLE + WHOLE[:-1] + b"x" * 3 * jsonl.BLOCK)
    assert await JsonlPublisher(path).publish(BATCH) == (None,) * 3
    assert sequences(path.read_bytes().removeprefix(WHOLE)) == [1, 2, 3]


async def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"dear diary\nno newline at the end")
    results = await JsonlPublisher(path).publish(BATCH)
    assert all(result and "not in a torn line of ours" in result for result in results)
    assert path.read_bytes() == b"dear diary\nno newline at the end"


def publish_with_room_for(path: Path, room: int) -> Sequence[str | None]:
    done = subprocess.run([sys.executable, "-c", LIMITED, path, str(room)], capture_output=True, check=True)
    results: Sequence[str | None] = json.loads(done.stdout)
    return results


async def test_a_full_disk_keeps_whole_lines_and_names_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    await JsonlPublisher(tmp_path / "measure").publish(BATCH[:1])
    room = (tmp_path / "measure").stat().st_size * 2 + 100
    results = publish_with_room_for(path, room)
    assert results[:2] == [None, None]
    assert results[2]
    assert str(path) in results[2]
    assert sequences(path.read_bytes()) == [1, 2]
    assert await JsonlPublisher(path).publish(BATCH[2:]) == (None,)
    assert sequences(path.read_bytes()) == [1, 2, 3]


async def test_a_disk_without_any_room_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(WHOLE)
    assert all(publish_with_room_for(path, len(WHOLE) + 5))
    assert path.read_bytes() == WHOLE


async def test_a_rotated_file_is_begun_anew(tmp_path: Path) -> None:
    path, publisher = tmp_path / "events.jsonl", JsonlPublisher(tmp_path / "events.jsonl")
    await publisher.publish(BATCH[:1])
    path.rename(tmp_path / "events.1.jsonl")
    await publisher.publish(BATCH[1:])
    assert sequences((tmp_path / "events.1.jsonl").read_bytes()) == [1]
    assert sequences(path.read_bytes()) == [2, 3]


async def test_a_file_rotated_while_waiting_for_its_lock_gets_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        publishing = asyncio.ensure_future(JsonlPublisher(path).publish(BATCH))
        await asyncio.sleep(0.1)
        path.rename(tmp_path / "events.1.jsonl")
    assert await publishing == (None,) * 3
    assert sequences(path.read_bytes()) == [1, 2, 3]
    assert (tmp_path / "events.1.jsonl").read_bytes() == b""


async def test_missing_folders_are_made(tmp_path: Path) -> None:
    assert await JsonlPublisher(tmp_path / "a b" / "c" / "events.jsonl").publish(BATCH) == (None,) * 3


@pytest.mark.parametrize(
    ("path", "why"),
    [("file/events.jsonl", "Not a directory"), ("folder", "Is a directory"), ("/dev/null", "not a regular file")],
)
async def test_a_path_that_cannot_be_a_file_is_a_failure_of_each_message(tmp_path: Path, path: str, why: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    results = await JsonlPublisher(tmp_path / path).publish(BATCH)
    assert results == (f"{tmp_path / path}: {why}",) * 3


async def test_a_lock_that_is_never_released_is_a_failure_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LOCK_TIMEOUT_S", 0.05)
    path = tmp_path / "events.jsonl"
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        results = await JsonlPublisher(path).publish(BATCH)
    assert all(result and "lock" in result for result in results)
    assert await JsonlPublisher(path).publish(BATCH) == (None,) * 3
