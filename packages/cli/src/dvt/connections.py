"""Connections that `sql` steps name, and the database for users' data beside the embedded log."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from dvt_engine_core.errors import ContractError

from dvt.config import Connection

DATA_DATABASE: Final = "data"
LOCAL: Final = "local"


def connection_urls(connections: Mapping[str, Connection]) -> dict[str, str]:
    """URLs by name, read from where the configuration says.

    Raises: ContractError [CONFIG_INVALID] naming the connection whose URL is nowhere.
    """
    return {name: _url(name, connection) for name, connection in connections.items()}


def _url(name: str, connection: Connection) -> str:
    if connection.url is not None:
        return connection.url.get_secret_value()
    if connection.env is not None:
        value = os.environ.get(connection.env)
        if value:
            return value
        raise ContractError(f"connection {name!r}: the variable {connection.env} is not set", code="CONFIG_INVALID")
    try:
        return connection.file.read_text("utf-8").strip() if connection.file else ""
    except OSError as error:
        text = f"connection {name!r}: cannot read {connection.file}: {error.strerror}"
        raise ContractError(text, code="CONFIG_INVALID") from error


def prepare_data_database(postgres_url: str) -> str:
    """The embedded server's database for users' data, made when it is missing; returns its URL.

    It is apart from the log's, so that no step touches the log by accident. Blocks.
    """
    import psycopg
    from psycopg import sql
    from psycopg.errors import DuplicateDatabase, UniqueViolation

    with psycopg.connect(postgres_url, autocommit=True, application_name="dvt-data") as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATA_DATABASE]).fetchone()
        if known is None:
            with suppress(DuplicateDatabase, UniqueViolation):  # another host was quicker
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATA_DATABASE)))
    return _with_database(postgres_url, DATA_DATABASE)


def _with_database(url: str, name: str) -> str:
    from urllib.parse import urlsplit, urlunsplit

    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
