"""Run the hand-written workflow once: python -m benchmarks.plain.temporal_start ADDRESS COUNT WORKFLOW_ID."""

import asyncio
import os
import sys

from temporalio.client import Client

from benchmarks.plain.temporal_workflow import QUEUE, Steps


async def main(address: str, count: int, workflow_id: str) -> None:
    """Start, wait, print the result."""
    client = await Client.connect(address)
    print(await client.execute_workflow(Steps.run, count, id=workflow_id, task_queue=QUEUE), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
    os._exit(0)  # the SDK may crash an interpreter that ends in the usual way (sdk-python issue 300)
