"""The connection to a Temporal server: made at first use, shared by engine and workers of a process."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from dvt_contracts.models.glossary.v1.status import WorkerClass
from dvt_engine_core.errors import RejectedError
from temporalio.client import Client
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RetryConfig, TLSConfig

from dvt_temporal_adapter.converter import DATA_CONVERTER
from dvt_temporal_adapter.errors import translated
from dvt_temporal_adapter.policies import class_queue, shared_queue

#: Short: whoever calls has a patience of its own.
_RETRY: Final = RetryConfig(max_elapsed_time_millis=2_000, max_interval_millis=500)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files of a TLS connection; without any, the system's roots and no client certificate.

    Shape: certificate and key together or not at all; `server_name` where it is not the host of the address.
    """

    server_ca: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    server_name: str | None = None

    def load(self) -> TLSConfig:
        """Read the files. Raises: RejectedError [CONFIG_INVALID] if one cannot be read."""
        try:
            return TLSConfig(
                server_root_ca_cert=_content(self.server_ca),
                client_cert=_content(self.client_certificate),
                client_private_key=_content(self.client_key),
                domain=self.server_name,
            )
        except OSError as error:
            raise RejectedError(f"TLS for Temporal: {error}", code="CONFIG_INVALID") from error


@dataclass(frozen=True, slots=True)
class TemporalSettings:
    """Where Temporal is and how to speak to it.

    Shape: `queue_prefix` names the task queues `<prefix>-control`, `-data`, `-isolation`; with `one_queue` there is
    only `<prefix>-all`, for processes that serve every class anyway. An API key implies TLS.
    Units: `call_timeout_ms` integer milliseconds, for one call.
    """

    address: str = "127.0.0.1:7233"
    namespace: str = "default"
    queue_prefix: str = "dvt"
    one_queue: bool = False
    tls: TlsFiles | None = None
    api_key: str | None = field(default=None, repr=False)
    call_timeout_ms: int = 5_000

    @property
    def call_timeout(self) -> timedelta:
        """Time limit of one call, as Temporal wants it."""
        return timedelta(milliseconds=self.call_timeout_ms)

    def queue(self, worker_class: WorkerClass) -> str:
        """Task queue of a class of workers."""
        return shared_queue(self.queue_prefix) if self.one_queue else class_queue(self.queue_prefix, worker_class)


class Connection:
    """A client that connects when it is needed, and again where it failed; open connections mend themselves."""

    def __init__(self, settings: TemporalSettings) -> None:
        self.settings = settings
        self._client: Client | None = None
        self._connecting = asyncio.Lock()

    async def client(self) -> Client:
        """The connected client.

        Raises: UnavailableError [ENGINE_UNAVAILABLE], RejectedError [ENGINE_REJECTED, CONFIG_INVALID].
        """
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
            return self._client

    async def _connect(self) -> Client:
        settings = self.settings
        with translated(settings.address):
            async with asyncio.timeout(settings.call_timeout_ms / 1000):
                return await Client.connect(
                    settings.address,
                    namespace=settings.namespace,
                    data_converter=DATA_CONVERTER,
                    tls=settings.tls.load() if settings.tls else bool(settings.api_key),
                    api_key=settings.api_key,
                    retry_config=_RETRY,
                    runtime=_runtime(),
                )


@cache
def _runtime() -> Runtime:
    """The SDK's threads, one set per process; what it has to say goes to the logger `temporalio.core`."""
    to_python = LogForwardingConfig(logging.getLogger("temporalio.core"), append_target_to_name=False)
    levels = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(levels, forwarding=to_python)))


def _content(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None
