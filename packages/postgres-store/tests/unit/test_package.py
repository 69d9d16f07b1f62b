"""What needs no server: files, levels, URLs, rows."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files

import dvt_postgres_store
import pytest
from dvt_engine_core.errors import RejectedError
from dvt_engine_core.testing.samples import sample_record, sample_run
from dvt_postgres_store.migrate import CODE_LEVEL, _yoyo_url, judge_level
from dvt_postgres_store.rows import instant, run_state
from dvt_postgres_store.slots import Slots
from dvt_postgres_store.statements import statement
from yoyo.connections import parse_uri  # type: ignore[import-untyped]  # it has no types


def test_public_names_are_sorted_and_complete() -> None:
    assert dvt_postgres_store.__all__ == sorted(dvt_postgres_store.__all__)
    public = {
        name for name, value in vars(dvt_postgres_store).items() if getattr(value, "__module__", "").startswith("dvt_")
    }
    assert public <= set(dvt_postgres_store.__all__)


def test_migrations_are_numbered_without_a_gap_up_to_the_level_of_the_code() -> None:
    names = sorted(path.name for path in (files("dvt_postgres_store") / "migrations").iterdir())
    assert [int(name[:4]) for name in names] == list(range(1, CODE_LEVEL + 1))


def test_each_migration_notes_its_own_level() -> None:
    for path in (files("dvt_postgres_store") / "migrations").iterdir():
        text = path.read_text("utf-8")
        assert text.endswith(f"INSERT INTO dvt.schema_level (level) VALUES ({int(path.name[:4])});\n"), path.name


@pytest.mark.parametrize(
    ("level", "code"),
    [(0, "STORE_SCHEMA_MISSING"), (CODE_LEVEL - 1, "STORE_SCHEMA_MISSING"), (CODE_LEVEL + 1, "STORE_SCHEMA_NEWER")],
)
def test_other_levels_are_refused(level: int, code: str) -> None:
    with pytest.raises(RejectedError) as caught:
        judge_level(level)
    assert caught.value.code == code


def test_own_level_is_fine() -> None:
    judge_level(CODE_LEVEL)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:p%40ss%2Fword%20%26@db.example:5433/my%20plans?sslmode=require",
        "host=db.example port=5433 user=ana password='p@ss/word &' dbname='my plans' sslmode=require",
    ],
)
def test_migrations_reach_the_same_database(url: str) -> None:
    args = parse_uri(_yoyo_url(url)).args
    assert args == {
        "user": "ana",
        "password": "p@ss/word &",
        "host": "db.example",
        "port": "5433",
        "dbname": "my plans",
        "sslmode": "require",
        "schema": "dvt",
    }


def test_times_are_utc_milliseconds_of_24_characters() -> None:
    moment = datetime(2026, 1, 31, 23, 15, 30, 123000, tzinfo=timezone(timedelta(hours=-2)))
    assert instant(moment) == "2026-02-01T01:15:30.123Z"
    assert instant(datetime(2026, 1, 31, tzinfo=UTC)) == "2026-01-31T00:00:00.000Z"


def test_state_column_is_status_and_substatus() -> None:
    assert run_state("RUNNING/FAILING").name == "RUNNING/FAILING"
    assert run_state("COMPLETED").substatus is None


def test_slots_leave_room_for_attempts_that_never_started() -> None:
    slots, run = Slots(), sample_run(1)
    slots.fill(sample_record(run, 1))
    assert slots.of_step("greet") == {"start_seqs": None, "outcome_seqs": None}
    for seq, (name, attempt) in enumerate([("StepFailed", 1), ("StepStarted", 2), ("StepCompleted", 2)], start=2):
        record = sample_record(run, seq, event_type=name)
        document = record.event.document() | {"logicalAttemptId": attempt, "payload": _PAYLOADS[name]}
        slots.fill(type(record).parse({**record.document(), "event": document}))
    assert slots.of_step("greet") == {"start_seqs": [None, 3], "outcome_seqs": [2, 4]}


_PAYLOADS = {
    "StepFailed": {"code": "WORKER_LOST"},
    "StepStarted": {"inputsVersion": 0, "effectKey": "a" * 64},
    "StepCompleted": {"outputHash": "a" * 64, "output": 1, "artifacts": []},
}


def test_statements_go_out_without_their_comments() -> None:
    assert not statement("read_run").startswith(b"--")
    assert statement("plan_fetch").startswith(b"SELECT")


def test_importing_the_package_leaves_the_migration_library_alone() -> None:
    code = "import sys, dvt_postgres_store; sys.exit('yoyo' in sys.modules or 'sqlparse' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0
