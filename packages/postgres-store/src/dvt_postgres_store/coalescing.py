"""Group commit: while calls are in flight the next appends gather, and go together as soon as one returns. No timer."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import AppendResult
from dvt_engine_core.appending import AppendItem
from dvt_engine_core.errors import DvtError, RejectedError
from dvt_engine_core.ports.store import RunKey

Results: TypeAlias = tuple[AppendResult, ...]

#: Calls at once: while one waits for the disk, the server works on the other.
FLIGHTS: Final = 2
#: What one call carries at most, unless a single batch is larger.
MOST_EVENTS: Final = 500
MOST_CHARACTERS: Final = 2 << 20
#: Runs whose lock another process holds: each is waited for on a connection of its own, so many at once.
MOST_WAITING: Final = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one run that one caller appends together; at least one."""

    run: RunKey
    items: tuple[AppendItem, ...]
    legal_from: RunStatus | None = None

    @property
    def characters(self) -> int:
        """Size of its bodies."""
        return sum(len(item.body) for item in self.items)


class Courier(Protocol):
    """Carries batches to the database. Raises: DvtError, and then has written nothing or does not know."""

    async def carry(self, batches: Sequence[Batch]) -> Sequence[Results | None]:
        """Append batches in one transaction; None for those whose run somebody else writes at this moment."""
        ...

    async def outwait(self, batch: Batch) -> Results:
        """Append one batch as soon as its run is free."""
        ...


@dataclass(slots=True, eq=False)
class _Entry:
    """A batch on its way, and whom to tell."""

    batch: Batch
    future: asyncio.Future[Results]

    def tell(self, told: Results | BaseException) -> None:
        if self.future.done():
            return
        match told:
            case tuple():
                self.future.set_result(told)
            case asyncio.CancelledError():
                self.future.cancel()
            case _:
                own = copy(told)  # each caller has a traceback of its own
                own.__cause__, own.__suppress_context__ = told.__cause__, told.__suppress_context__
                self.future.set_exception(own)


@dataclass(slots=True)
class AppendQueue:
    """Gathers the appends of one process.

    Shape: batches of a run go in the order in which they came and never in two calls at once, so a hot run becomes a
    few large calls and not a queue for its lock. Runs take turns. A caller that is cancelled before its batch went
    writes nothing; one that is cancelled later knows as little as after a lost answer.
    """

    courier: Courier
    flights: int = FLIGHTS
    most_events: int = MOST_EVENTS
    most_characters: int = MOST_CHARACTERS
    _queues: dict[RunKey, deque[_Entry]] = field(default_factory=dict, init=False)
    _turns: deque[RunKey] = field(default_factory=deque, init=False)  # runs that wait and are not in flight
    _aloft: set[RunKey] = field(default_factory=set, init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _flying: int = field(default=0, init=False)
    _called: bool = field(default=False, init=False)
    _patience: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_WAITING), init=False)

    async def append(self, batch: Batch) -> Results:
        """Append a batch together with whatever else waits.

        Raises: DvtError, the one that the batch would have met alone.
        """
        loop = asyncio.get_running_loop()
        entry = _Entry(batch, loop.create_future())
        queue = self._queues.get(batch.run)
        if queue is None:
            queue = self._queues[batch.run] = deque()
            if batch.run not in self._aloft:
                self._turns.append(batch.run)
        queue.append(entry)
        self._call()
        return await entry.future

    async def drain(self) -> None:
        """Return when everything that was given has been answered."""
        while self._queues or self._tasks:
            await asyncio.sleep(0)
            if self._tasks:
                await asyncio.wait(self._tasks)

    def _call(self) -> None:
        """Depart after every task that can run now has run: callers that one answer woke go together."""
        if not self._called and self._turns and self._flying < self.flights:
            self._called = True
            asyncio.get_running_loop().call_soon(self._depart)

    def _depart(self) -> None:
        self._called = False
        while self._turns and self._flying < self.flights:
            load = self._load(turns=-(-len(self._turns) // (self.flights - self._flying)))  # its share, no more
            if load:
                self._flying += 1
                self._spawn(self._fly(load))

    def _load(self, *, turns: int) -> list[_Entry]:
        """Take what the next runs have waiting, as far as it fits; what does not fit of a run waits for its landing."""
        load: list[_Entry] = []
        events, characters = self.most_events, self.most_characters
        for _ in range(turns):
            run = self._turns[0]
            queue = self._queues[run]
            while queue:
                batch = queue[0].batch
                if not queue[0].future.done():  # else cancelled
                    events -= len(batch.items)
                    characters -= batch.characters
                    if load and (events < 0 or characters < 0):
                        break
                    load.append(queue[0])
                    self._aloft.add(run)
                queue.popleft()
            if not queue:
                del self._queues[run]
            if not queue or run in self._aloft:
                self._turns.popleft()
            if queue:
                break
        return load

    def _land(self, run: RunKey) -> None:
        self._aloft.discard(run)
        if run in self._queues:
            self._turns.append(run)

    async def _fly(self, load: list[_Entry]) -> None:
        held: dict[RunKey, list[_Entry]] = {}
        with _all_told(load):
            for entry, told in zip(load, await self._carried([entry.batch for entry in load]), strict=True):
                if told is None:
                    held.setdefault(entry.batch.run, []).append(entry)
                else:
                    entry.tell(told)
        for entries in held.values():
            self._spawn(self._outwait(entries))
        self._flying -= 1
        for run in {entry.batch.run: None for entry in load if entry.batch.run not in held}:
            self._land(run)
        self._call()

    async def _carried(self, batches: list[Batch]) -> Sequence[Results | DvtError | None]:
        """What became of each batch. A batch that sinks the call is refused by itself; the others go again without."""
        try:
            return await self.courier.carry(batches)
        except DvtError as error:
            if len(batches) == 1 or not isinstance(error, RejectedError):
                return [error] * len(batches)
        return [(await self._carried([batch]))[0] for batch in batches]

    async def _outwait(self, entries: list[_Entry]) -> None:
        """Append what is held up by another process's writing, in its order."""
        with _all_told(entries):
            async with self._patience:
                for entry in entries:
                    try:
                        entry.tell(await self.courier.outwait(entry.batch))
                    except DvtError as error:
                        entry.tell(error)
        self._land(entries[0].batch.run)
        self._call()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@contextmanager
def _all_told(entries: Sequence[_Entry]) -> Iterator[None]:
    """Tell every caller of what ended the work, a cancel or a defect, and go on: the queue must."""
    try:
        yield
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - it is raised where it is waited for
        for entry in entries:
            entry.tell(error)
