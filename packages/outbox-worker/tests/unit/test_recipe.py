"""CONSUMER-001: the recipe of the README, as printed there."""

import re
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import pytest
from dvt_engine_core.ports.outbox import OutboxMessage, Outgoing
from dvt_engine_core.testing.samples import sample_record, sample_run
from dvt_outbox_worker.message import cloud_event

README = Path(__file__).parents[2] / "README.md"
Consume: TypeAlias = Callable[[Iterable[str], sqlite3.Connection], int]


@pytest.fixture
def consume() -> Consume:
    (code,) = [
        block for block in re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL) if "def " in block
    ]
    names: dict[str, Consume] = {}
    exec(code, names)
    return names["consume"]


def line(run: int, seq: int, *, epoch: int = 1) -> str:
    key = sample_run(run)
    outgoing = Outgoing(OutboxMessage(seq, run % 16, key, sample_record(key, seq)), epoch)
    return cloud_event(outgoing).structured() + "\n"


def state(database: sqlite3.Connection) -> list[tuple[str, int, str]]:
    return database.execute("SELECT * FROM last_event ORDER BY run_id").fetchall()


def test_repetitions_and_replays_change_nothing(consume: Consume) -> None:
    sent = [
        line(1, 1),
        line(1, 2),
        line(2, 1),
        line(1, 1, epoch=2),
        line(1, 2, epoch=2),
        line(1, 3, epoch=2),
        line(1, 2),
    ]
    database = sqlite3.connect(":memory:")
    assert consume(sent, database) == 4
    once = state(database)
    assert [(run, seq) for run, seq, _ in once] == [(sample_run(1).run_id, 3), (sample_run(2).run_id, 1)]
    assert consume(sent, database) == 0
    assert state(database) == once
    database.close()


def test_the_first_delivery_counts_whatever_its_epoch(consume: Consume) -> None:
    """[CONSUMER-002]."""
    database = sqlite3.connect(":memory:")
    assert consume([line(1, 1, epoch=2), line(1, 2, epoch=1)], database) == 2
    database.close()


def test_a_line_that_is_still_being_written_is_left_for_later(consume: Consume) -> None:
    database = sqlite3.connect(":memory:")
    assert consume([line(1, 1), line(1, 2)[:-1]], database) == 1
    assert consume([line(1, 2)], database) == 1
    database.close()
