"""The worker's end of the words between worker and child."""

import asyncio
import json

from dvt_step_runtime.children.frames import HEAD, MAX_FRAME, Frame, encode

_LARGE = 256 * 1024  # from here on JSON is read off the loop


async def send(writer: asyncio.StreamWriter, frame: Frame) -> None:
    """Send a document to a child."""
    writer.write(encode(frame))
    await writer.drain()


async def receive(reader: asyncio.StreamReader) -> Frame | None:
    """Wait for a document of a child; None when it is gone or has lost its words."""
    try:
        (size,) = HEAD.unpack(await reader.readexactly(HEAD.size))
        if size > MAX_FRAME:
            return None
        body = await reader.readexactly(size)
        frame: Frame = json.loads(body) if size < _LARGE else await asyncio.to_thread(json.loads, body)
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        return None
    return frame
