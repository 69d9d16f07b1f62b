"""What the package shows, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import dvt.embedded

HEAVY = ("asyncio", "psycopg", "pydantic", "rich", "subprocess", "temporalio", "logging", "tempfile")


def test_all_names_are_there_and_sorted() -> None:
    assert list(dvt.embedded.__all__) == sorted(dvt.embedded.__all__)
    assert all(hasattr(dvt.embedded, name) for name in dvt.embedded.__all__)


def test_holding_imports_nothing_heavy() -> None:
    code = f"import sys, dvt.embedded.holder; print([name for name in {HEAVY} if name in sys.modules])"
    # -I -S: no .pth file of the environment may have loaded something before
    answer = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "[]"
