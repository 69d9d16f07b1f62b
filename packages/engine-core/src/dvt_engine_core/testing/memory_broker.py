"""EventPublisher in memory: records what arrives, and fails as it is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.errors import ContractError
from dvt_engine_core.ports.outbox import Outgoing
from dvt_engine_core.ports.store import RunKey


class Delivery(StrEnum):
    """What becomes of one message on the way to the bus."""

    ARRIVES = "arrives"
    REFUSED = "refused"
    ACK_LOST = "ack-lost"
    DUPLICATED = "duplicated"


def _arrives(_: Outgoing) -> Delivery:
    return Delivery.ARRIVES


@dataclass(slots=True)
class MemoryBroker:
    """A bus that keeps what arrived, in `arrived`; `fate` decides message by message, `up` about all of them."""

    fate: Callable[[Outgoing], Delivery] = _arrives
    up: bool = True
    arrived: list[Outgoing] = field(default_factory=list)
    closed: bool = False

    async def publish(self, batch: Sequence[Outgoing]) -> tuple[str | None, ...]:
        """Deliver in order; after a failure nothing more of that run is sent."""
        failed: dict[RunKey, str] = {}
        return tuple([self._send(outgoing, failed) for outgoing in batch])

    async def aclose(self) -> None:
        """Let go."""
        self.closed = True

    def sequences(self, run: RunKey) -> list[int]:
        """`runSeq` of all that arrived of a run, in order of arrival."""
        return [one.message.record.run_seq for one in self.arrived if one.message.run == run]

    def first_sequences(self, run: RunKey) -> list[int]:
        """The same without repetitions: what a consumer that deduplicates has seen."""
        return list(dict.fromkeys(self.sequences(run)))

    def _send(self, outgoing: Outgoing, failed: dict[RunKey, str]) -> str | None:
        run = outgoing.message.run
        if run in failed:
            return f"not sent: {failed[run]}"
        try:
            canonical_text(outgoing.message.record.event.document())
        except (ContractError, ValueError) as error:
            failed[run] = f"not JSON: {error}"
            return failed[run]
        match self.fate(outgoing) if self.up else Delivery.REFUSED:
            case Delivery.ARRIVES:
                self.arrived.append(outgoing)
                return None
            case Delivery.DUPLICATED:
                self.arrived += [outgoing, outgoing]
                return None
            case Delivery.ACK_LOST:
                self.arrived.append(outgoing)
                failed[run] = "acknowledgement lost"
            case Delivery.REFUSED:
                failed[run] = "refused"
        return failed[run]
