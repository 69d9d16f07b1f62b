"""Socket addresses for paths longer than the kernel takes."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# sun_path holds 104 bytes on macOS and 108 on Linux, both with the closing zero.
LONGEST_ADDRESS_BYTES = 100


@contextmanager
def short_path(path: Path) -> Iterator[str]:
    """Give an address for `path` that fits, valid inside the `with` block only.

    A long path is reached through a symbolic link in a private temporary folder, so nobody else can
    put a socket in its place.
    """
    if len(os.fsencode(path)) <= LONGEST_ADDRESS_BYTES:
        yield str(path)
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="dvt-", dir=_short_folder()) as folder:
        link = Path(folder) / "r"
        link.symlink_to(path.parent)
        yield str(link / path.name)


def _short_folder() -> str | None:
    import tempfile

    longest_folder = LONGEST_ADDRESS_BYTES - len("/dvt-12345678/r/supervisor.sock")
    return None if len(os.fsencode(tempfile.gettempdir())) <= longest_folder else "/tmp"  # noqa: S108 - mkdtemp is private
