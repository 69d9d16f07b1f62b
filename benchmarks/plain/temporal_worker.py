"""Serve the hand-written workflow until killed: python -m benchmarks.plain.temporal_worker ADDRESS."""

import asyncio
import sys

from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.plain.temporal_workflow import QUEUE, Steps, step


async def main(address: str) -> None:
    """Serve, and say so on standard output."""
    client = await Client.connect(address)
    async with Worker(client, task_queue=QUEUE, workflows=[Steps], activities=[step]):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
