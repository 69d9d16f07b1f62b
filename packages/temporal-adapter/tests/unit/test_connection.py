"""How to speak to Temporal: files, keys, and nothing secret in sight."""

from pathlib import Path

import pytest
from dvt_engine_core.errors import RejectedError
from dvt_temporal_adapter.connection import Connection, TemporalSettings, TlsFiles


def test_tls_is_read_from_files(tmp_path: Path) -> None:
    ca, certificate, key = (tmp_path / name for name in ("ca.pem", "client.pem", "key.pem"))
    for file in (ca, certificate, key):
        file.write_text(file.stem)
    found = TlsFiles(ca, certificate, key, server_name="temporal.example").load()
    assert (found.server_root_ca_cert, found.client_cert, found.client_private_key) == (b"ca", b"client", b"key")
    assert found.domain == "temporal.example"
    assert TlsFiles().load().server_root_ca_cert is None


def test_an_api_key_is_not_shown() -> None:
    assert "hidden" not in repr(TemporalSettings(api_key="hidden"))


async def test_a_missing_certificate_says_so(tmp_path: Path) -> None:
    settings = TemporalSettings("127.0.0.1:1", tls=TlsFiles(server_ca=tmp_path / "ca.pem"))
    with pytest.raises(RejectedError, match=r"\[CONFIG_INVALID\].*ca\.pem"):
        await Connection(settings).client()
