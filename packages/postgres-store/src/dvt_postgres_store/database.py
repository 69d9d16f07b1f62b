"""The connections to one database: a small pool, and one that listens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from types import TracebackType
from typing import Self, TypeAlias, TypeVar

import psycopg
from dvt_engine_core.errors import UnavailableError
from psycopg import sql
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dvt_postgres_store.errors import is_connection_lost, translated
from dvt_postgres_store.listener import Listener
from dvt_postgres_store.statements import statement

Value: TypeAlias = bool | int | str | bytes | datetime | None
Parameters: TypeAlias = Mapping[str, Value | Sequence[Value]]
Connection: TypeAlias = psycopg.AsyncConnection[tuple[object, ...]]
Row = TypeVar("Row")


class Database:
    """A pool of connections to the database of DVT, opened and closed by whoever owns the process.

    Shape: `url` is a libpq URL or conninfo; use as `async with Database(url) as database`.
    Units: seconds, as psycopg has them; the server ends a statement after `statement_timeout_s`, 0 is never.
    Raises: UnavailableError [STORE_UNAVAILABLE, STORE_POOL_EXHAUSTED], RejectedError, from every use.
    """

    def __init__(
        self,
        url: str,
        *,
        min_size: int = 1,
        max_size: int = 8,
        acquire_timeout_s: float = 5.0,
        connect_timeout_s: float = 10.0,
        statement_timeout_s: float = 30.0,
    ) -> None:
        self.url = url
        self.listener = Listener(url)
        self._connect_timeout_s = connect_timeout_s
        self._statement_timeout_ms = round(statement_timeout_s * 1000)
        self._before_close: list[Callable[[], Awaitable[None]]] = []
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=min_size,
            max_size=max_size,
            timeout=acquire_timeout_s,
            kwargs={"autocommit": True, "application_name": "dvt"},  # one function call is one transaction
            configure=self._configure,
            open=False,
            name="dvt-postgres",
        )

    async def open(self) -> None:
        """Connect.

        Raises: UnavailableError [STORE_UNAVAILABLE] if no server answers in time.
        """
        try:
            await self._pool.open(wait=True, timeout=self._connect_timeout_s)
        except PoolTimeout as error:
            raise UnavailableError("the database did not answer in time", code="STORE_UNAVAILABLE") from error

    async def close(self) -> None:
        """Let what is under way end, and let go of all connections."""
        for work in self._before_close:
            await work()
        await self.listener.close()
        await self._pool.close()

    def before_close(self, work: Callable[[], Awaitable[None]]) -> None:
        """Have `work` awaited while there still are connections."""
        self._before_close.append(work)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Borrow a connection in autocommit mode; errors come out as port errors."""
        with translated():
            try:
                cancels = _cancels()
                async with self._pool.connection() as connection, _given_up_when_lost(connection):
                    if _cancels() > cancels:
                        raise asyncio.CancelledError  # the pool's wait lost it, as wait_for does before Python 3.12
                    yield connection
            except PoolTimeout as error:
                if self._pool.pop_stats().get("connections_errors"):
                    raise UnavailableError("the database cannot be reached", code="STORE_UNAVAILABLE") from error
                raise
            except psycopg.Error as error:
                if is_connection_lost(error):
                    await self._replace_lost()
                raise

    async def rows(self, row: type[Row], name: str, parameters: Parameters) -> list[Row]:
        """Run the statement `sql/<name>.sql` and return its rows as instances of a dataclass."""
        async with self.connection() as connection, connection.cursor(row_factory=class_row(row)) as cursor:
            await cursor.execute(statement(name), parameters)
            return await cursor.fetchall()

    async def execute(self, name: str, parameters: Parameters) -> None:
        """Run the statement `sql/<name>.sql` for its effect."""
        async with self.connection() as connection:
            await connection.execute(statement(name), parameters)

    async def _configure(self, connection: Connection) -> None:
        timeout = sql.Literal(self._statement_timeout_ms)
        await connection.execute(sql.SQL("SET statement_timeout = {}").format(timeout))

    async def _replace_lost(self) -> None:
        """After one lost connection the others are suspect: replace what is dead before callers meet it."""
        try:
            async with asyncio.timeout(1):
                await self._pool.check()
        except (TimeoutError, psycopg.Error):
            return


def _cancels() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else 0


@asynccontextmanager
async def _given_up_when_lost(connection: Connection) -> AsyncIterator[None]:
    """Close a connection of no more use, also one to a server that only became read-only: the pool replaces it."""
    try:
        yield
    except psycopg.Error as error:
        if is_connection_lost(error):
            await connection.close()
        raise
