"""How PostgreSQL, which refuses root, runs when the caller is root: without accounts, without opening any folder.

First choice is a user namespace: to itself the server is `nobody`, to the kernel it stays root, so a home
below root's closed folders works. Where namespaces are forbidden (many containers) the user id changes
for real, and the server keeps only the two capabilities that let it reach its files.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dvt.embedded import kernel
from dvt.embedded.errors import EmbeddedCode, EmbeddedError


class DropKind(StrEnum):
    """Ways to be somebody else."""

    NONE = "none"
    USER_NAMESPACE = "user-namespace"
    SETUID = "setuid"


@dataclass(frozen=True, slots=True)
class Drop:
    """A way to start a server as another user; `uid` is what the server sees itself as."""

    kind: DropKind
    uid: int
    gid: int

    @property
    def owner(self) -> int:
        """User id that owns the server's files on the disk."""
        return self.uid if self.kind is DropKind.SETUID else os.geteuid()

    def apply(self) -> None:
        """Become the other user. For a forked child only; raises OSError when forbidden."""
        if self.kind is DropKind.USER_NAMESPACE:
            _enter_namespace(self.uid, self.gid)
        elif self.kind is DropKind.SETUID:
            _change_ids(self.uid, self.gid)

    def adopt(self, tree: Path) -> None:
        """Make the server's user the owner of our own data, left by a start that dropped another way."""
        if os.geteuid() != 0 or not tree.exists() or tree.stat().st_uid == self.owner:
            return
        for folder, _, files in os.walk(tree, topdown=False):  # `tree` last: it tells whether all is done
            for path in (folder, *(os.path.join(folder, name) for name in files)):  # noqa: PTH118 - thousands of files
                os.chown(path, self.owner, -1, follow_symlinks=False)


def choose_drop() -> Drop:
    """Find a way that works here, by trying it in a forked child.

    Raises: EmbeddedError [EMBEDDED_ROOT_REFUSED] when the caller is root and there is none.
    """
    if os.geteuid() != 0:
        return Drop(DropKind.NONE, os.geteuid(), os.getegid())
    for drop in _candidates():
        if _works(drop):
            return drop
    raise EmbeddedError(
        EmbeddedCode.ROOT_REFUSED,
        "PostgreSQL does not run as root, and this environment allows neither user namespaces nor another user id",
        hint="Run as an ordinary user, or set DVT_POSTGRES_URL and DVT_TEMPORAL_ADDRESS to servers of your own.",
    )


def _candidates() -> list[Drop]:
    if not kernel.LINUX:
        return []
    accounts = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    nobody = accounts.get("nobody") or next(iter(accounts.values()), None)
    if nobody is None:  # initdb wants a user id that has a name
        return []
    server = accounts.get("postgres") or nobody
    return [
        Drop(DropKind.USER_NAMESPACE, nobody.pw_uid, nobody.pw_gid),
        Drop(DropKind.SETUID, server.pw_uid, server.pw_gid),
    ]


def _works(drop: Drop) -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            drop.apply()
            os._exit(0 if os.geteuid() == drop.uid else 1)
        except BaseException:  # noqa: BLE001 - a forked child must never return
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _enter_namespace(uid: int, gid: int) -> None:
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    kernel.enter_user_namespace()
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")


def _change_ids(uid: int, gid: int) -> None:
    kernel.keep_capabilities_over_setuid()
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    try:
        kernel.hold_capabilities_over_exec(kernel.CAP_DAC_OVERRIDE, kernel.CAP_DAC_READ_SEARCH)
    except OSError:
        return  # then every folder above the data must be open to all, or the server's log says which is not


def _write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)
