"""Free loopback ports."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TypeAlias

LOOPBACK = "127.0.0.1"
PORT_ATTEMPTS = 6

PortSource: TypeAlias = Callable[[], int]


def free_port() -> int:
    """Ask the kernel for a port nobody listens on.

    Somebody can take it before the server binds it, so each server start tries up to `PORT_ATTEMPTS` ports.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def says_port_in_use(log: str) -> bool:
    """Tell from a server's log whether it failed because of a taken port."""
    return "address already in use" in log.lower()
