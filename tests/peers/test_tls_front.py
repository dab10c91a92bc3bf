"""The TLS front passes bytes on untouched, both ways, whoever closes first."""

import asyncio
import ssl

import pytest

from tests.peers import lab, tls_front


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> lab.Certificates:
    return lab.Certificates.made_in(tmp_path_factory.mktemp("front"))


async def through_front(made: lab.Certificates, behind: tls_front.Handler, said: bytes) -> bytes:
    inner = await asyncio.start_server(behind, "127.0.0.1", 0)
    port = inner.sockets[0].getsockname()[1]
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(made.certificate, made.key)
    front = await tls_front.listen(0, port, server)
    client = ssl.create_default_context(cafile=str(made.authority))
    try:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1",
            front.sockets[0].getsockname()[1],
            ssl=client,
            server_hostname="kommune.test",
        )
        writer.write(said)
        await writer.drain()
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer
    finally:
        for listening in (front, inner):
            listening.close()
            await listening.wait_closed()


def test_a_long_request_and_a_long_answer_pass_unchanged(made: lab.Certificates) -> None:
    sent, wanted = bytes(range(256)) * 4_000, bytes(reversed(range(256))) * 4_000
    heard = bytearray()

    async def behind(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.readexactly(len(sent)))
        writer.write(wanted)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    assert asyncio.run(through_front(made, behind, sent)) == wanted
    assert bytes(heard) == sent


def test_with_nobody_behind_the_connection_just_ends(made: lab.Certificates) -> None:
    async def ask() -> bytes:
        server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server.load_cert_chain(made.certificate, made.key)
        front = await tls_front.listen(0, 1, server)  # nothing listens at port 1
        client = ssl.create_default_context(cafile=str(made.authority))
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1",
                front.sockets[0].getsockname()[1],
                ssl=client,
                server_hostname="kommune.test",
            )
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer
        finally:
            front.close()
            await front.wait_closed()

    assert asyncio.run(ask()) == b""
