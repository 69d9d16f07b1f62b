"""The doctor's look at the servers: what runs, what it lets us do, and who does the work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from dvt.checks import Check, checked
from dvt.servers import knock
from dvt.shell import Shell

if TYPE_CHECKING:
    from dvt.embedded import SupervisorState


def server_checks(shell: Shell) -> Iterator[Check]:
    """Checks of the servers as they are; starts and holds nothing."""
    settings = shell.settings
    if settings.mode == "external" and settings.postgres_url and settings.temporal_address:
        url, address = settings.postgres_url.get_secret_value(), settings.temporal_address
        yield checked("database", lambda: _database(url))
        yield checked("temporal", lambda: _temporal(address, settings.temporal_namespace))
        return
    state: list[SupervisorState | None] = []
    yield checked("supervisor", lambda: _supervisor(shell, state))
    found = state[0] if state else None
    if found is None or found.endpoints is None:
        return
    endpoints = found.endpoints
    yield checked("host", lambda: _host(found))
    yield checked("database", lambda: _database(endpoints.postgres_url))
    yield checked("temporal", lambda: _temporal(endpoints.temporal_address, settings.temporal_namespace))


def _supervisor(shell: Shell, found: list[SupervisorState | None]) -> Check:
    from dvt.embedded import describe

    state = describe(shell.settings.home)
    found.append(state)
    if state is None:
        return Check("supervisor", "ok", "not running; the next command that needs servers starts it")
    holders = "; ".join(f"{holder.pid} {holder.command}" for holder in state.holders) or "nobody"
    children = ", ".join(f"{child.name} {child.pid or 'down'}" for child in state.children)
    restarted = [child for child in state.children if child.restarts]
    text = f"pid {state.pid} since {state.since}; {children}; held by: {holders}"
    if restarted:
        names = ", ".join(f"{child.name} {child.restarts}x" for child in restarted)
        return Check("supervisor", "warn", f"{text}; restarted: {names}", "See the logs folder of the home.")
    return Check("supervisor", "ok", text)


def _host(state: SupervisorState) -> Check:
    host = next((child for child in state.children if child.name == "host"), None)
    if host is None:
        return Check("host", "warn", "no worker beside the servers", "`dvt dev` or `dvt run watch` starts one.")
    if host.pid is None:
        return Check("host", "fail", f"down after {host.restarts} restarts", "See logs/host.log in the home.")
    return Check("host", "ok", f"pid {host.pid}, {host.restarts} restarts")


def _database(url: str) -> Check:
    return asyncio.run(_look_at_database(url))


async def _look_at_database(url: str) -> Check:
    from dvt_postgres_store import CODE_LEVEL, Database, PostgresOutbox, schema_level
    from dvt_postgres_store.migrate import judge_level

    await knock(url)
    async with Database(url, max_size=2) as database:
        level = await schema_level(database)
        judge_level(level)
        outbox = await PostgresOutbox(database).status()
    text = f"level {level} of {CODE_LEVEL}, {outbox.undelivered} events undelivered"
    if outbox.blocked:
        return Check("database", "warn", f"{text}, {len(outbox.blocked)} runs blocked", "See `dvt outbox status`.")
    return Check("database", "ok", text)


def _temporal(address: str, namespace: str) -> Check:
    return asyncio.run(_look_at_temporal(address, namespace))


async def _look_at_temporal(address: str, namespace: str) -> Check:
    host, _, port = address.rpartition(":")
    reader_writer = await asyncio.wait_for(asyncio.open_connection(host.strip("[]"), int(port)), 3)
    reader_writer[1].close()
    with suppress(OSError):
        await reader_writer[1].wait_closed()
    from dvt_temporal_adapter.connection import Connection, TemporalSettings

    client = await Connection(TemporalSettings(address, namespace)).client()
    await client.count_workflows()
    return Check("temporal", "ok", f"{address}, namespace {namespace}")
