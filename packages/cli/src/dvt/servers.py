"""The servers that a command works with: configured ones, or the embedded ones while a block holds them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dvt_engine_core.errors import RejectedError, UnavailableError

from dvt.shell import Shell

if TYPE_CHECKING:
    from dvt_postgres_store import Database

HOST_ARGV: Final = (sys.executable, "-P", "-m", "dvt.host")
_KNOCK_S: Final = 5


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers are, and whether they are ours."""

    postgres_url: str
    temporal_address: str
    embedded: bool
    temporal_ui_url: str | None = None
    alive: Callable[[], bool] = lambda: True


@contextmanager
def hold(shell: Shell, *, host: bool = True, ui: bool = False) -> Iterator[Servers]:
    """Reach the configured servers, or hold the embedded ones while the block runs.

    Shape: `host` asks for worker, dispatcher and relay beside the embedded servers.
    Raises: ContractError [CONFIG_INVALID], EmbeddedError.
    """
    settings = shell.settings
    if settings.mode == "external" and settings.postgres_url and settings.temporal_address:
        yield Servers(settings.postgres_url.get_secret_value(), settings.temporal_address, embedded=False)
        return
    from dvt.embedded import hold_servers

    argv = HOST_ARGV if host else None
    with hold_servers(
        settings.home, host_argv=argv, on_progress=lambda text: shell.note(f"dvt: {text}"), ui=ui
    ) as held:
        at = held.endpoints
        yield Servers(
            at.postgres_url,
            at.temporal_address,
            embedded=True,
            temporal_ui_url=at.temporal_ui_url,
            alive=lambda: held.alive,
        )


async def knock(postgres_url: str) -> None:
    """Connect once, to fail at once and with a reason where a pool would only wait in vain.

    Raises: UnavailableError [STORE_UNAVAILABLE], RejectedError [STORE_NO_RIGHTS].
    """
    import psycopg

    try:
        connection = await psycopg.AsyncConnection.connect(postgres_url, connect_timeout=_KNOCK_S)
    except psycopg.Error as error:
        detail = " ".join(str(error).split())
        if "authentication failed" in detail or "permission denied" in detail or "does not exist" in detail:
            raise RejectedError(f"the database refuses us: {detail}", code="STORE_NO_RIGHTS") from error
        raise UnavailableError(f"the database cannot be reached: {detail}") from error
    await connection.close()


async def ready(database: Database, servers: Servers, note: Callable[[str], None]) -> None:
    """See that the schema is that of this code, which for an embedded database may mean to migrate it."""
    from dvt_postgres_store import CODE_LEVEL, migrate, schema_level
    from dvt_postgres_store.migrate import judge_level

    level = await schema_level(database)
    if servers.embedded and level < CODE_LEVEL:
        note("dvt: preparing the database")
        await asyncio.to_thread(migrate, servers.postgres_url)
        return
    judge_level(level)
