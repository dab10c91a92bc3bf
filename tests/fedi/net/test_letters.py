"""Letters handed in at a relay over a real socket, as RFC 5321 has it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

import pytest

from actors.errors import Invalid, Unavailable
from fedi.net.letters import Relay, is_address

NOW = 1_764_000_000_000


@dataclass
class Post:
    """A relay: it takes what it is handed, but nothing to `refuses`."""

    port: int = 0
    refuses: str = ""
    login: bool = False
    letters: list[Message] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 relay\r\n")
            while line := (await reader.readline()).decode().strip():
                self.said.append(line)
                if line.upper() == "DATA":
                    writer.write(b"354 go on\r\n")
                    body = await reader.readuntil(b"\r\n.\r\n")
                    self.letters.append(message_from_bytes(body[:-5]))
                    writer.write(b"250 taken\r\n")
                    continue
                writer.write(self._answer(line))
                if line.upper() == "QUIT":
                    break
        finally:
            writer.close()

    def _answer(self, line: str) -> bytes:
        verb = line.upper()[:4]
        if verb == "EHLO":
            return b"250-relay\r\n250 AUTH PLAIN\r\n"
        if verb == "AUTH":
            return b"235 yes\r\n" if self.login else b"535 no\r\n"
        if verb == "RCPT" and self.refuses and self.refuses in line:
            return b"550 nobody\r\n"
        return b"221 bye\r\n" if verb == "QUIT" else b"250 ok\r\n"

    def relay(self, **more: object) -> Relay:
        values = {"security": "none", "sender": "Nordvik <ikkesvar@nordvik.example>", **more}
        return Relay(host="127.0.0.1", port=self.port, **values)  # type: ignore[arg-type]


@asynccontextmanager
async def post(**more: object) -> AsyncIterator[Post]:
    one = Post(**more)  # type: ignore[arg-type]
    server = await asyncio.start_server(one.talk, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    async with server:
        yield one


def test_a_letter_is_handed_in_whole() -> None:
    async def main() -> None:
        async with post(login=True) as one:
            relay = one.relay(username="fedi", password="hemmelig")
            await relay.send("ase@nordvik.example", "Velkommen, Åse", "Hei Åse\n.\nher", now=NOW)
            (letter,) = one.letters
            assert letter["To"] == "ase@nordvik.example"
            assert letter["Auto-Submitted"] == "auto-generated"
            assert letter["Message-ID"].endswith("@nordvik.example>")
            assert any("FROM:<ikkesvar@nordvik.example>" in line for line in one.said)
            payload = letter.get_payload(decode=True)
            assert isinstance(payload, bytes)
            assert payload.decode().startswith("Hei Åse")

    asyncio.run(main())


def test_an_address_that_is_not_taken_is_the_askers_fault() -> None:
    async def main() -> None:
        async with post(refuses="nobody@") as one:
            with pytest.raises(Invalid, match="nobody@nordvik"):
                await one.relay().send("nobody@nordvik.example", "Hei", "Hei", now=NOW)

    asyncio.run(main())


def test_a_relay_that_is_not_there_or_wants_a_password_is_said() -> None:
    async def main() -> None:
        async with post() as one:
            relay = one.relay(username="fedi", password="feil")
            with pytest.raises(Unavailable, match="did not take"):
                await relay.send("ase@nordvik.example", "Hei", "Hei", now=NOW)
        with pytest.raises(Unavailable):
            await one.relay().send("ase@nordvik.example", "Hei", "Hei", now=NOW)

    asyncio.run(main())


def test_no_letter_goes_unsealed_where_it_should_be_sealed() -> None:
    async def main() -> None:
        async with post() as one:
            with pytest.raises(Unavailable):
                await one.relay(security="starttls").send("a@nordvik.example", "x", "y", now=NOW)
            assert not one.letters

    asyncio.run(main())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "@b.no",
        "a@",
        "a@b",
        "a@b.no, c@d.no",
        "a@b.no\r\nBcc: x@y.no",
        "å@b.no",
        "<a@b.no>",
    ],
)
def test_one_address_is_one_address(text: str) -> None:
    assert not is_address(text)
    assert is_address("ase.bjorno+ny@nordvik.example")
