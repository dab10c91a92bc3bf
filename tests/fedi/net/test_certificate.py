"""How long a certificate holds, by a handshake like any other."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from actors.errors import FetchRefused, FetchTimeout
from fedi.net.certificate import days_left
from fedi.net.guard import Rules

NOW = datetime(2026, 11, 24, tzinfo=UTC)
NOW_MS = int(NOW.timestamp()) * 1000


def server_of(authority: trustme.CA, *, ends: datetime) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("sosial.by.test", not_after=ends).configure_cert(context)
    return context


async def asked(folder: Path, context: ssl.SSLContext, authority: trustme.CA) -> int:
    async def end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    server = await asyncio.start_server(end, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    rules = Rules(lab=True, hosts={"sosial.by.test": f"127.0.0.1:{port}"}, ca_file=str(ca_file))
    try:
        return await days_left(rules, "https://sosial.by.test", NOW_MS)
    finally:
        server.close()
        await server.wait_closed()


def test_the_days_are_counted(tmp_path: Path) -> None:
    authority = trustme.CA()
    ends = datetime.fromtimestamp(NOW_MS / 1000 + 20 * 86_400 + 60, UTC)
    if ends < datetime.now(UTC) + timedelta(hours=1):  # noqa: TID251
        pytest.skip("the machine's clock is past the certificate")
    assert asyncio.run(asked(tmp_path, server_of(authority, ends=ends), authority)) == 20


def test_a_certificate_of_somebody_else_is_refused(tmp_path: Path) -> None:
    authority, other = trustme.CA(), trustme.CA()
    context = server_of(other, ends=datetime(2040, 1, 1, tzinfo=UTC))
    with pytest.raises(FetchRefused):
        asyncio.run(asked(tmp_path, context, authority))


def test_nobody_there_is_told() -> None:
    rules = Rules(lab=True, hosts={"sosial.by.test": "127.0.0.1:1"})
    with pytest.raises(FetchTimeout):
        asyncio.run(days_left(rules, "https://sosial.by.test", NOW_MS))
