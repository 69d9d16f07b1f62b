"""A relay as a process of its own, to be killed: `relay_child.py FOLDER FIRST_RUN RUNS EVENTS`.

Its outbox holds the same events at every start, but for those that the file of acknowledgements says are delivered.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dvt_contracts.models.events.v1.record import RawRecord
from dvt_engine_core.ports.outbox import OutboxMessage
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.memory_outbox import MemoryOutbox
from dvt_engine_core.testing.samples import sample_record, sample_run
from dvt_outbox_worker.publishers.jsonl import JsonlPublisher
from dvt_outbox_worker.relay import RelaySettings
from dvt_outbox_worker.worker import RelayWorker

NOTE = "x" * 20_000


@dataclass(slots=True)
class DurableOutbox(MemoryOutbox):
    """Acknowledgements survive, as they do in a database."""

    acks: Path = Path("acks")

    async def acknowledge(self, messages: Sequence[OutboxMessage]) -> None:
        lines = "".join(f"{message.run.run_id} {message.record.run_seq}\n" for message in messages)
        with self.acks.open("a") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        await MemoryOutbox.acknowledge(self, messages)


def bulky(run: RunKey, seq: int) -> RawRecord:
    record = sample_record(run, seq)
    return RawRecord.parse({**record.document(), "event": {**record.event.document(), "note": NOTE}})


async def main(folder: Path, first: int, runs: int, events: int) -> None:
    outbox = DurableOutbox(acks=folder / f"acks-{first}")
    known = set(outbox.acks.read_text().splitlines()) if outbox.acks.exists() else set()
    for seq in range(1, events + 1):
        for number in range(first, first + runs):
            run = sample_run(number)
            if f"{run.run_id} {seq}" not in known:
                outbox.append(run, bulky(run, seq))
    relay = RelayWorker(
        outbox, JsonlPublisher(folder / "events.jsonl"), owner=str(os.getpid()), settings=RelaySettings()
    )
    running = asyncio.ensure_future(relay.run())
    while (await outbox.status()).undelivered:  # noqa: ASYNC110 - the outbox tells nobody when it is empty
        await asyncio.sleep(0.01)
    relay.stop()
    await running


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
