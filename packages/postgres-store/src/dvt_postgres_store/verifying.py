"""Verifying: what must hold of stored runs, checked read-only while others write.

Each run is read in one snapshot of its own (REPEATABLE READ, READ ONLY): an append in that moment is seen whole or not.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from dvt_engine_core.errors import SequenceGapError
from dvt_engine_core.ports.store import RunKey
from psycopg.rows import class_row, dict_row

from dvt_postgres_store.database import Connection, Database
from dvt_postgres_store.folded import Columns, Folded
from dvt_postgres_store.rows import record
from dvt_postgres_store.statements import statement

Stored: TypeAlias = Mapping[str, object]

_PAGE: Final = 1000
ALL_SHARDS: Final = tuple(range(16))
#: What is checked, by the names that the tests of DVT use.
INVARIANTS: Final = {
    "I1": "runSeq counts from 1 without a gap",
    "I2": "keys and slots are unique",
    "I3": "the hash chain verifies",
    "I4": "the run's last runSeq is the log's",
    "I5": "the run's row is the fold of its log",
    "I8": "every event is legal",
    "I13": "the rows of steps and signals are those that a rebuild makes",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold of a run; `run_seq` is the first event concerned, where one is."""

    invariant: str
    tenant_id: str
    run_id: str
    run_seq: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A run that was looked at: how many events it has, and what is wrong with it."""

    run: RunKey
    events: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A row of `verify_runs`."""

    tenant_id: str
    run_id: str
    last_run_seq: int


@dataclass(frozen=True, slots=True)
class _Event:
    run_seq: int
    persisted_at: datetime
    body: str
    event_type: str
    key: str
    history_hash: bytes


@dataclass(frozen=True, slots=True)
class _Orphan:
    run_id: str
    run_seq: int | None


async def stored_runs(
    database: Database, *, shards: Collection[int] = ALL_SHARDS, after: str | None = None
) -> AsyncIterator[StoredKey]:
    """Every run of all tenants, in the order of run ids."""
    while True:
        key = {"after": after, "shards": list(shards), "limit": _PAGE}
        page = await database.rows(StoredKey, "verify_runs", key)
        for row in page:
            yield row
        if len(page) < _PAGE:
            return
        after = page[-1].run_id


async def verify_run(database: Database, run: RunKey) -> Verified:
    """Check one run against its log; a run that is not there holds nothing and is fine."""
    async with database.connection() as connection, connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return await _Check(connection, run).run()


async def verify_orphans(database: Database) -> tuple[Finding, ...]:
    """Events and rows of runs that have no row of their own."""
    rows = await database.rows(_Orphan, "verify_orphans", {})
    return tuple(Finding("I5", "", row.run_id, row.run_seq, "the run has no row") for row in rows)


class _Check:
    """The check of one run in one snapshot."""

    def __init__(self, connection: Connection, run: RunKey) -> None:
        self._connection = connection
        self._run = run
        self._folded = Folded.empty(run)
        self._keys: dict[str, int] = {}
        self._findings: list[Finding] = []
        self._events = 0

    async def run(self) -> Verified:
        stored = await self._rows("verify_run")
        if stored:
            if await self._log():
                self._compare("I5", "the run's row", self._folded.run_columns(), stored[0], skip=_OWN)
                await self._items("step", self._folded.step_columns())
                await self._items("signal", self._folded.signal_columns())
            last = stored[0]["last_run_seq"]
            if last != self._folded.rows.last_run_seq:
                self._find("I4", self._folded.rows.last_run_seq, f"the run's row says {last}")
            elif bytes(stored[0]["history_hash"]) != self._folded.history_hash:  # type: ignore[call-overload]
                self._find("I3", self._folded.rows.last_run_seq, "the head of the chain is another in the run's row")
        return Verified(self._run, self._events, tuple(self._findings))

    async def _log(self) -> bool:
        """Fold the log, event by event; False where it cannot be folded to its end."""
        async with self._connection.cursor(row_factory=class_row(_Event)) as cursor:
            after = 0
            while True:
                key = {"run": self._run.run_id, "after": after, "limit": _PAGE}
                await cursor.execute(statement("verify_events"), key)
                page = await cursor.fetchall()
                for event in page:
                    if not self._event(event):
                        return False
                if len(page) < _PAGE:
                    return True
                after = page[-1].run_seq

    def _event(self, event: _Event) -> bool:
        self._events += 1
        try:
            found = record(event.run_seq, event.persisted_at, event.body)
            alerts = self._folded.add(found, event.body)
        except SequenceGapError:
            self._find("I1", event.run_seq, f"event {self._folded.rows.last_run_seq + 1} is missing before it")
            return False
        except ValueError:  # pydantic's, or a text that is no JSON
            self._find("I3", event.run_seq, "the body is no event")
            return False
        if event.history_hash != self._folded.history_hash:
            self._find("I3", event.run_seq, "its hash is not that of its body and the hash before")
            self._folded.history_hash = event.history_hash  # one finding, not one for each event after it
        document = found.event.document()
        if (event.event_type, event.key) != (document.get("eventType"), document.get("idempotencyKey")):
            self._find("I3", event.run_seq, "its type or key is not that of its body")
        if event.key in self._keys:
            self._find("I2", event.run_seq, f"has the key of event {self._keys[event.key]}")
        self._keys.setdefault(event.key, event.run_seq)
        if self._folded.slot_taken_by:
            self._find("I2", event.run_seq, f"its slot is filled by event {self._folded.slot_taken_by}")
        for alert in alerts:
            self._find("I8", event.run_seq, f"{alert.event_type} is illegal in {alert.actual}")
        return True

    async def _items(self, kind: str, expected: list[Columns]) -> None:
        stored = {row["item"]: row for row in await self._rows(f"verify_{kind}s")}
        for row in expected:
            name = row["item"]
            found = stored.pop(name, None)
            if found is None:
                self._find("I13", None, f"{kind} {name} has no row")
            else:
                self._compare("I13", f"{kind} {name}", row, found)
        for left in stored:
            self._find("I13", None, f"{kind} {left} has a row, but no event")

    def _compare(
        self, invariant: str, what: str, expected: Columns, found: Stored, *, skip: Collection[str] = ()
    ) -> None:
        wrong = [name for name in expected if name not in skip and _plain(expected[name]) != _plain(found[name])]
        if wrong:
            self._find(invariant, None, f"{what}: {', '.join(wrong)}")

    async def _rows(self, name: str) -> list[dict[str, object]]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement(name), {"tenant": self._run.tenant_id, "run": self._run.run_id})
            return await cursor.fetchall()

    def _find(self, invariant: str, run_seq: int | None, detail: str) -> None:
        self._findings.append(Finding(invariant, self._run.tenant_id, self._run.run_id, run_seq, detail))


#: Columns of the run's row that invariants of their own speak of.
_OWN: Final = ("last_run_seq", "history_hash")


def _plain(value: object) -> object:
    """Slots without attempts at their end that have no record."""
    if not isinstance(value, list):
        return value
    kept = list(value)
    while kept and kept[-1] is None:
        kept.pop()
    return kept or None
