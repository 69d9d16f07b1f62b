"""The few Linux system calls Python has no name for. Each must be safe in a forked child before exec."""

from __future__ import annotations

import ctypes
import os
import sys

LINUX = sys.platform == "linux"

CLONE_NEWUSER = 0x10000000
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522

# Loaded here, once: between fork and exec nothing may be loaded.
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(death_signal: int) -> None:
    """Have the kernel send `death_signal` to this process when the *thread* that forked it ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0))


def enter_user_namespace() -> None:
    """Move this process into a user namespace of its own, where it is nobody until ids are mapped."""
    _check(_libc.unshare(CLONE_NEWUSER))


def keep_capabilities_over_setuid() -> None:
    """Keep permitted capabilities when the user id changes from root."""
    _check(_libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0))


def hold_capabilities_over_exec(*capabilities: int) -> None:
    """Reduce this process to `capabilities` (below 32) and keep them across exec."""
    mask = sum(1 << capability for capability in capabilities)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable of the capabilities 0-31, then the same of 32-63
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)))
    for capability in capabilities:
        _check(_libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _check(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
