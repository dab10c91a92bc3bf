"""One delivery over real HTTP: signatures that hold, dialects knocked with, answers understood."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from actors.errors import Unauthorized
from actors.signatures import authenticate
from actors.signatures.message import Message
from outbox.deliver import Headers, NoAnswer, SigningKey, deliver
from outbox.knocks import Dialect, DialectMemory, Next
from outbox.leases import Delivery, Done
from outbox.schedule import Trouble
from tests.outbox.post_office import NOW, Clock, Got, Inboxes, rsa_key

KEY_ID = "http://house.test/actors/1#main-key"
RFC9421 = DialectMemory(proven=Dialect.RFC9421)


class Carries:
    """Carries deliveries to one peer by plain sockets, at a time that tests set."""

    def __init__(self, port: int, clock: Clock) -> None:
        self.port = port
        self.clock = clock
        self.has_key = True
        self.asked: list[tuple[int, str]] = []

    def now(self) -> int:
        return self.clock.now()

    async def key(self, actor_id: int, host: str) -> SigningKey | None:
        return SigningKey(KEY_ID, rsa_key()) if self.has_key else None

    async def sign(self, signing: Callable[[], Headers]) -> Headers:
        return signing()

    async def synchronization(self, actor_id: int, host: str) -> str:
        self.asked.append((actor_id, host))
        return 'collectionId="c", url="u", digest="d"'

    async def post(self, url: str, headers: Headers, body: bytes) -> tuple[int, Headers]:
        path = "/" + url.split("/", 3)[3]
        named = {name.lower() for name, _ in headers}
        lines = [f"{name}: {value}" for name, value in headers]
        if "host" not in named:
            lines.append(f"Host: {url.split('/')[2]}")
        head = "\r\n".join([f"POST {path} HTTP/1.1", *lines, f"Content-Length: {len(body)}"])
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            raise NoAnswer(Trouble.REFUSED, "refused") from None
        try:
            writer.write(head.encode() + b"\r\n\r\n" + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode()[:-4].split("\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            raise NoAnswer(Trouble.REFUSED, "broke", sent=True) from None
        finally:
            writer.transport.abort()
        pairs = [line.partition(": ") for line in answer[1:]]
        return int(answer[0].split(" ")[1]), [(name.lower(), value) for name, _, value in pairs]


def a_delivery(**fields: Any) -> Delivery:
    defaults: dict[str, Any] = {
        "id": 1, "activity_id": 1, "actor_id": 1, "kind": "Create", "host": "a.test",
        "inbox": "http://a.test/users/1/inbox", "shared": False, "created": NOW,
        "body": b'{"id":"http://house.test/activities/1"}',
    }  # fmt: skip
    return Delivery(**(defaults | fields))


@contextlib.asynccontextmanager
async def carrying(peer: Inboxes) -> AsyncIterator[Carries]:
    async with peer:
        yield Carries(peer.port, Clock())


def delivered(
    peer: Inboxes, memory: DialectMemory | None = None, *, has_key: bool = True, **fields: Any
) -> Done:
    async def scene() -> Done:
        async with carrying(peer) as carrier:
            carrier.has_key = has_key
            return await deliver(a_delivery(**fields), 7, memory or DialectMemory(), carrier)

    return asyncio.run(scene())


def check(got: Got, *, now: int = NOW) -> None:
    """Check the signature as an inbox does."""
    message = Message("POST", got.inbox, tuple(got.headers.items()), got.body)
    claim = authenticate.claim(message)
    assert claim is not None
    assert claim.key_id == KEY_ID
    authenticate.check(
        message,
        claim,
        rsa_key().public_key(),
        now_ms=now,
        our_authorities=frozenset({"a.test"}),
    )


def reads_only(*dialects: Dialect) -> Inboxes:
    """A peer that answers 401 to every other way of signing."""

    def answer(got: Got) -> str:
        if "signature-input" in got.headers:
            spoken = Dialect.RFC9421
        else:
            path = got.path.partition("?")[0]
            bare = Message("POST", f"http://a.test{path}", tuple(got.headers.items()), got.body)
            claim = authenticate.claim(bare)
            assert claim is not None
            try:
                authenticate.verify(bare, claim, rsa_key().public_key())
                spoken = Dialect.CAVAGE_WITHOUT_QUERY if "?" in got.path else Dialect.CAVAGE
            except Unauthorized:
                spoken = Dialect.CAVAGE
        return "202 Accepted" if spoken in dialects else "401 Unauthorized"

    return Inboxes(answer)


@pytest.mark.parametrize("memory", [None, RFC9421])
def test_what_is_sent_holds_as_a_signed_request_in_either_dialect(
    memory: DialectMemory | None,
) -> None:
    peer = Inboxes()
    done = delivered(peer, memory)
    assert done.verdict is not None
    assert (done.verdict.next, done.fence) == (Next.DONE, 7)
    (got,) = peer.got
    assert ("signature-input" in got.headers) == (memory is RFC9421)
    assert got.headers["content-type"] == "application/activity+json"
    check(got)


def test_the_date_is_that_of_the_sending_not_of_the_post() -> None:
    peer = Inboxes()
    delivered(peer, created=NOW - 6 * 86_400_000)
    check(peer.got[0])


@pytest.mark.parametrize("reads", list(Dialect))
def test_a_dialect_that_a_host_reads_is_found_within_three_knocks(reads: Dialect) -> None:
    peer = reads_only(reads)
    done = delivered(peer, inbox="http://a.test/inbox?box=1")
    assert done.verdict is not None
    assert done.verdict.next is Next.DONE
    assert done.answers[-1] == (reads, 202)
    assert len(peer.got) <= 3


def test_a_host_that_reads_none_of_them_is_tried_again_later() -> None:
    peer = reads_only()
    done = delivered(peer, inbox="http://a.test/inbox?box=1")
    assert done.verdict is not None
    assert done.verdict.next is Next.LATER
    assert [status for _, status in done.answers] == [401, 401, 401]


def test_what_a_host_is_known_to_read_comes_first() -> None:
    peer = reads_only(Dialect.RFC9421)
    assert delivered(peer, RFC9421).answers == ((Dialect.RFC9421, 202),)


def test_a_host_that_asks_for_the_newer_dialect_is_remembered_for_it() -> None:
    asks = 'sig1=("@method" "@target-uri" "content-digest");created'
    assert delivered(Inboxes(lambda _: f"202 Accepted\r\nAccept-Signature: {asks}")).reads_9421
    assert not delivered(Inboxes()).reads_9421


def test_what_goes_to_followers_says_who_follows_there_and_nothing_else_does() -> None:
    public, direct = Inboxes(), Inboxes()
    delivered(public, to_followers=True)
    delivered(direct)
    assert public.got[0].headers["collection-synchronization"].startswith("collectionId=")
    assert "collection-synchronization" not in direct.got[0].headers


@pytest.mark.parametrize(
    ("status", "next", "uncertain"),
    [(202, Next.DONE, False), (404, Next.FAILED, False), (410, Next.FAILED, False),
     (413, Next.FAILED, False), (429, Next.LATER, False), (500, Next.LATER, True),
     (503, Next.LATER, True), (302, Next.LATER, False)],
)  # fmt: skip
def test_an_answer_decides_and_a_broken_server_may_have_taken_it(
    status: int, next: Next, uncertain: bool
) -> None:
    done = delivered(Inboxes(lambda _: f"{status} Word"))
    assert done.verdict is not None
    assert (done.verdict.next, done.uncertain) == (next, uncertain)


def test_retry_after_is_read_from_the_answer() -> None:
    done = delivered(Inboxes(lambda _: "429 Slow\r\nRetry-After: 7"))
    assert done.verdict is not None
    assert done.verdict.outcome.retry_after_ms == 7_000


def test_a_connection_that_breaks_after_the_request_is_an_unknown_outcome() -> None:
    async def never(_: Got) -> str:
        raise ConnectionError

    done = delivered(Inboxes(never))
    assert done.verdict is not None
    assert (done.verdict.next, done.uncertain) == (Next.LATER, True)


def test_a_connection_refused_is_certain_not_to_have_delivered() -> None:
    async def scene() -> Done:
        async with Inboxes() as peer:
            carrier = Carries(peer.port, Clock())
        return await deliver(a_delivery(), 1, DialectMemory(), carrier)

    done = asyncio.run(scene())
    assert done.verdict is not None
    assert (done.verdict.next, done.uncertain) == (Next.LATER, False)
    assert done.verdict.outcome.trouble is Trouble.REFUSED


@pytest.mark.parametrize(
    "how", [{"has_key": False}, {"inbox": "not an address"}, {"inbox": "ftp://a.test/inbox"}]
)
def test_what_cannot_be_sent_at_all_fails_with_the_reason(how: dict[str, Any]) -> None:
    peer = Inboxes()
    done = delivered(peer, **how)
    assert done.verdict is not None
    assert (done.verdict.next, peer.got) == (Next.FAILED, [])
    assert done.verdict.reason
