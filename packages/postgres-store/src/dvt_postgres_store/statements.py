"""The statements under `sql/`, one a file, read once."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> bytes:
    """Text of a statement, without its comments' weight on the wire."""
    text = (files("dvt_postgres_store") / "sql" / f"{name}.sql").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("--")).encode()
