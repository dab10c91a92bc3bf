"""One delivery: signed late, with a fresh date, in the dialect the host reads; the answer judged.

At most three signed tries, each in another dialect (knocks.py). What goes to followers carries
the digest of who follows there (FEP-8fcf). All else (keys, threads, sockets, time) is behind the
Carrier port, which fedi/mailroom.py fills. Next: worker.py runs many of these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from actors.errors import Invalid
from actors.signatures import cavage, rfc9421
from actors.signatures.keys import PrivateKey
from actors.signatures.message import split_target, write_http_date
from actors.vocabulary import ACTIVITY_JSON
from outbox.knocks import Dialect, DialectMemory, Next, Verdict, classify, classify_failure, knocks
from outbox.leases import Delivery, Done
from outbox.schedule import OK, Outcome, Trouble
from outbox.synchronize import HEADER

Headers = list[tuple[str, str]]
_SERVER_BROKE: Final = 500


class NoAnswer(Exception):
    """The host gave no answer. `trouble` says why; None: our own limits, nothing was tried.

    `sent` says that the request may have reached it all the same; `final` that trying again is
    of no use, since we do not send to such an address at all.
    """

    def __init__(
        self, trouble: Trouble | None, reason: str = "", *, sent: bool = False, final: bool = False
    ) -> None:
        super().__init__(reason or str(trouble))
        self.trouble = trouble
        self.sent = sent
        self.final = final


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of ours, loaded, and the id under which the actor's document lists it."""

    key_id: str
    private: PrivateKey


class Carrier(Protocol):
    """What one delivery needs of the house."""

    def now(self) -> int:
        """Return Unix milliseconds."""
        ...

    async def key(self, actor_id: int, host: str) -> SigningKey | None:
        """Return the key with which this actor signs at this host (rotation.py)."""
        ...

    async def sign(self, signing: Callable[[], Headers]) -> Headers:
        """Run a signing function where it does not hold up others, and return its headers."""
        ...

    async def synchronization(self, actor_id: int, host: str) -> str:
        """Return the Collection-Synchronization header of an actor for a host, or ""."""
        ...

    async def post(self, url: str, headers: Headers, body: bytes) -> tuple[int, Headers]:
        """POST and return (status, headers in lower case). Raises NoAnswer."""
        ...


async def deliver(delivery: Delivery, fence: int, memory: DialectMemory, carrier: Carrier) -> Done:
    """Make one delivery and return what became of it; raises nothing but cancellation."""
    try:
        key = await carrier.key(delivery.actor_id, delivery.host)
        order = knocks(memory, bool(split_target(delivery.inbox).query))
    except Invalid as problem:
        return _unsendable(delivery, fence, problem.sentence)
    if key is None:
        return _unsendable(delivery, fence, "the actor has no key to sign with")
    base: Headers = [("Content-Type", ACTIVITY_JSON)]
    if delivery.to_followers:
        header = await carrier.synchronization(delivery.actor_id, delivery.host)
        if header:
            base.append((HEADER, header))
    return await _knock(delivery, fence, order, key, base, carrier)


async def _knock(
    delivery: Delivery,
    fence: int,
    order: tuple[Dialect, ...],
    key: SigningKey,
    base: Headers,
    carrier: Carrier,
) -> Done:
    answers: list[tuple[Dialect, int]] = []
    dialect, reads_9421 = order[0], False
    while True:
        try:
            signed = await _signed(delivery, dialect, key, carrier)
            status, headers = await carrier.post(delivery.inbox, base + signed, delivery.body)
        except Invalid as problem:
            return _unsendable(delivery, fence, problem.sentence)
        except NoAnswer as problem:
            return _unanswered(delivery, fence, problem, tuple(answers), reads_9421)
        answers.append((dialect, status))
        found = dict(headers)
        reads_9421 = reads_9421 or rfc9421.takes_rfc9421(found.get("accept-signature", ""))
        verdict = classify(
            status,
            found,
            carrier.now(),
            tried=[tried for tried, _ in answers],
            order=order,
            shared=delivery.shared,
        )
        if verdict.next is not Next.KNOCK_AGAIN or verdict.dialect is None:
            return Done(
                delivery=delivery,
                fence=fence,
                verdict=verdict,
                answers=tuple(answers),
                reads_9421=reads_9421,
                uncertain=status >= _SERVER_BROKE,
            )
        dialect = verdict.dialect


async def _signed(
    delivery: Delivery, dialect: Dialect, key: SigningKey, carrier: Carrier
) -> Headers:
    now = carrier.now()
    private: Any = key.private  # RSA: rotation.py chooses no other, for both dialects

    def newer() -> Headers:
        signed = rfc9421.sign(
            "POST",
            delivery.inbox,
            created_ms=now,
            body=delivery.body,
            key_id=key.key_id,
            private_key=private,
        )
        return [("Date", write_http_date(now)), *signed]

    def older() -> Headers:
        return cavage.sign(
            "POST",
            delivery.inbox,
            date_ms=now,
            body=delivery.body,
            key_id=key.key_id,
            private_key=private,
            with_query=dialect is Dialect.CAVAGE,
        )

    return await carrier.sign(newer if dialect is Dialect.RFC9421 else older)


def _unsendable(delivery: Delivery, fence: int, why: str) -> Done:
    return Done(delivery=delivery, fence=fence, verdict=Verdict(Next.FAILED, OK, reason=why))


def _unanswered(
    delivery: Delivery,
    fence: int,
    problem: NoAnswer,
    answers: tuple[tuple[Dialect, int], ...],
    reads_9421: bool,
) -> Done:
    verdict: Verdict | None = None
    if problem.final:
        verdict = Verdict(Next.FAILED, OK, reason=str(problem))
    elif problem.trouble is not None:
        judged = classify_failure(problem.trouble)
        verdict = Verdict(judged.next, Outcome(problem.trouble), reason=str(problem))
    return Done(
        delivery=delivery,
        fence=fence,
        verdict=verdict,
        answers=answers,
        reads_9421=reads_9421,
        uncertain=problem.sent,
    )
