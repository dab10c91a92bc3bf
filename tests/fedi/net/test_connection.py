"""To whom the engine connects: checked addresses, sound certificates, and nobody else."""

import asyncio
import datetime
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from actors.errors import FetchRefused
from fedi.net import connection, names
from fedi.net.failures import Reason, reason_of
from fedi.net.guard import Rules
from tests.fedi.net.peers import (
    HELLO,
    Peer,
    Run,
    Talk,
    always,
    get,
    post,
    reason,
    sending,
    until,
)

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def test_where_nobody_listens_the_next_address_is_tried(run: Run) -> None:
    async def main() -> None:
        async with Peer(always(HELLO)) as peer:

            async def resolver(host: str, port: int) -> list[str]:
                return ["127.0.0.2", "127.0.0.1"]

            async with sending(Rules(lab=True), resolver=resolver) as sender:
                answer = await sender.send(get(f"http://a.test:{peer.port}/"))
                assert answer.status == 200
                assert peer.requests[0].all("host") == [f"a.test:{peer.port}"]

    run(main())


def test_where_no_address_answers_the_error_says_connect(run: Run) -> None:
    async def main() -> None:
        async with Peer(always(HELLO)) as peer:
            port = peer.port
        async with sending(Rules(lab=True, hosts={"a.test": f"127.0.0.1:{port}"})) as sender:
            assert await reason(sender.send(get())) is Reason.CONNECT

    run(main())


def test_an_address_that_takes_connections_but_no_handshake_is_left_for_the_next(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(connection, "FALLBACK_SECONDS", 0.05)
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    rules = Rules(lab=True, ca_file=str(tmp_path / "ca.pem"))

    async def resolver(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async def main() -> None:
        async with (
            Peer(always(HELLO), server_tls(ca.issue_cert("a.test"))) as good,
            Peer(Talk.closed, address="127.0.0.2", port=good.port) as hole,
            sending(rules, resolver=resolver) as sender,
        ):
            assert (await sender.send(get(f"https://a.test:{good.port}/"))).status == 200
            assert hole.connections == 1
            await until(lambda: hole.open == 0)

    run(main())


def test_a_last_address_that_never_shakes_hands_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.05)
    ca = trustme.CA()

    async def main() -> None:
        async with (
            Peer(Talk.closed) as peer,
            sending(lab_with(ca, tmp_path, peer.port)) as sender,
        ):
            assert await reason(sender.send(get("https://a.test/"))) is Reason.CONNECT
            await until(lambda: peer.open == 0)

    asyncio.run(main())


def test_over_tls_too_a_connection_the_peer_closed_is_noticed(run: Run, tmp_path: Path) -> None:
    ca = trustme.CA()

    async def closing(talk: Talk) -> None:
        await talk.request()
        await talk.say(HELLO)

    async def main() -> None:
        async with (
            Peer(closing, server_tls(ca.issue_cert("a.test"))) as peer,
            sending(lab_with(ca, tmp_path, peer.port)) as sender,
        ):
            for count in (1, 2):
                assert (await sender.send(get("https://a.test/"))).status == 200
                await until(lambda: sender.open_connections == 0)
                assert (peer.connections, sender.known_peers) == (count, 0)

    run(main())


def lab_with(ca: trustme.CA, folder: Path, port: int) -> Rules:
    file = folder / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return Rules(lab=True, hosts={"a.test": f"127.0.0.1:{port}"}, ca_file=str(file))


def server_tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_over_tls_connections_are_kept_and_closed_like_any(run: Run, tmp_path: Path) -> None:
    ca = trustme.CA()

    async def main() -> None:
        async with Peer(always(HELLO), server_tls(ca.issue_cert("a.test"))) as peer:
            rules = lab_with(ca, tmp_path, peer.port)
            async with sending(rules, idle_seconds=0.1) as sender:
                for _ in range(5):
                    assert (await sender.send(post("https://a.test/inbox"))).status == 200
                assert peer.connections == 1
                await until(lambda: sender.open_connections == 0)
                assert (await sender.send(post("https://a.test/inbox"))).status == 200
            await until(lambda: peer.open == 0)

    run(main())


def test_a_certificate_that_does_not_hold_is_refused_with_its_reason(
    run: Run, tmp_path: Path
) -> None:
    ca, stranger = trustme.CA(), trustme.CA()
    certificates = {
        "local issuer": stranger.issue_cert("a.test"),
        "Hostname mismatch": ca.issue_cert("b.test"),
        "expired": ca.issue_cert(
            "a.test", not_after=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        ),
    }

    async def main() -> None:
        for words, certificate in certificates.items():
            async with (
                Peer(always(HELLO), server_tls(certificate)) as peer,
                sending(lab_with(ca, tmp_path, peer.port)) as sender,
            ):
                with pytest.raises(FetchRefused) as caught:
                    await sender.send(post("https://a.test/inbox"))
                assert reason_of(caught.value) is Reason.TLS
                assert words in caught.value.detail
                assert peer.requests == []

    run(main())


def test_a_peer_without_tls_on_its_tls_port_is_refused(run: Run, tmp_path: Path) -> None:
    async def plain(talk: Talk) -> None:
        await talk.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await talk.closed()

    async def main() -> None:
        async with (
            Peer(plain) as peer,
            sending(lab_with(trustme.CA(), tmp_path, peer.port)) as sender,
        ):
            assert await reason(sender.send(get("https://a.test/"))) is Reason.TLS

    run(main())


def test_outside_a_lab_no_private_address_is_ever_connected_to() -> None:
    """S12 and trial 24: what a name leads to is checked, every address of it."""
    resolved = {
        "only-private.example.com": ["127.0.0.1"],
        "metadata.example.com": ["169.254.169.254"],
        "mixed.example.com": ["1.1.1.1", "127.0.0.1"],
        "mapped.example.com": ["::ffff:127.0.0.1"],
        "zone.example.com": ["fe80::1%lo"],
        "nat64.example.com": ["64:ff9b::7f00:1"],
    }

    async def resolver(host: str, port: int) -> list[str]:
        return resolved[host]

    async def main() -> None:
        async with Peer(always(HELLO)) as peer:
            rules = Rules(extra_ports=frozenset({peer.port}))
            async with sending(rules, resolver=resolver) as sender:
                for host in resolved:
                    url = f"https://{host}:{peer.port}/"
                    assert await reason(sender.send(get(url))) is Reason.ADDRESS
                for host in ("127.0.0.1", "[::1]", "localhost", "localhost.", "[::ffff:7f00:1]"):
                    url = f"https://{host}:{peer.port}/"
                    assert await reason(sender.send(get(url))) is Reason.ADDRESS
            assert peer.connections == 0

    asyncio.run(main())


def test_outside_a_lab_plain_http_is_refused_before_the_name_is_looked_up() -> None:
    async def resolver(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    async def main() -> None:
        async with sending(Rules(), resolver=resolver) as sender:
            assert await reason(sender.send(get("http://example.com/"))) is Reason.SCHEME
            assert await reason(sender.send(get("https://example.com:25/"))) is Reason.PORT

    asyncio.run(main())


def test_a_name_that_cannot_be_looked_up_is_told_from_one_that_does_not_exist(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def resolver(host: str, port: int) -> list[str]:
        if host == "hangs.example.com":
            await asyncio.sleep(60)
        if host == "missing.example.com":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(names, "LOOKUP_SECONDS", 0.05)

    async def main() -> None:
        async with sending(Rules(), resolver=resolver) as sender:
            for host, expected in [
                ("hangs.example.com", Reason.DNS),
                ("missing.example.com", Reason.NO_NAME),
                ("again.example.com", Reason.DNS),
            ]:
                assert await reason(sender.send(get(f"https://{host}/"))) is expected

    asyncio.run(main())
