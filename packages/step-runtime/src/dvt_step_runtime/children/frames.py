"""The words between worker and child: JSON documents, each after its length in four bytes."""

import json
import signal
import socket
import struct
import threading
from typing import Any

HEAD = struct.Struct(">I")
MAX_FRAME = 64 * 1024 * 1024

Frame = dict[str, Any]  # internal to the two ends, which come from the same wheel


class FrameTooLargeError(ValueError):
    """A document is over 64 MiB."""


def encode(frame: Frame) -> bytes:
    """Write a document. Raises: FrameTooLargeError; ValueError, TypeError for what JSON cannot express."""
    body = json.dumps(frame).encode()
    if len(body) > MAX_FRAME:
        raise FrameTooLargeError("a document is over 64 MiB")
    return HEAD.pack(len(body)) + body


class ChildChannel:
    """The child's end; sends from any thread, receives on the thread that waits for an answer."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.RLock()  # a signal handler of the callable may log

    def send(self, frame: Frame) -> None:
        """Send a document whole."""
        data = encode(frame)
        with self._lock:
            try:
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # a cancel must not cut a document in two
                self._connection.sendall(data)
            finally:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def receive(self) -> Frame | None:
        """Wait for a document; None when the worker is gone."""
        head = self._exactly(HEAD.size)
        body = self._exactly(HEAD.unpack(head)[0]) if head else None
        frame: Frame | None = json.loads(body) if body else None
        return frame

    def ask(self, frame: Frame) -> Frame:
        """Send and wait for the answer, alone among threads. Raises: ConnectionError if the worker is gone."""
        with self._lock:
            self.send(frame)
            answer = self.receive()
        if answer is None:
            raise ConnectionError("the worker is gone")
        return answer

    def _exactly(self, size: int) -> bytes | None:
        data = bytearray()
        while len(data) < size:
            part = self._connection.recv(size - len(data))
            if not part:
                return None
            data += part
        return bytes(data)
