"""The house's side of the outbox: fills outbox.worker.Mailroom with store, keys, sender, threads.

Keys are read once in a while and kept loaded; so are the digests of who follows whom where. What
our sender says of a failure becomes what outbox/schedule.py understands, here and nowhere else.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from actors.errors import FetchError
from actors.people import Key
from actors.ports import Clock, Random
from actors.signatures.keys import load_private
from actors.urls import Urls
from fedi.bus import Bus
from fedi.net.failures import Reason, reason_of
from fedi.net.sender import Request, Sender
from fedi.signing import SigningThreads
from fedi.store import fanout, queue
from fedi.store.deliveries import digests, told
from fedi.store.engine import Engine
from fedi.store.keys import OwnKeys
from outbox.deliver import Headers, NoAnswer, SigningKey
from outbox.leases import Done, Report, Turn
from outbox.rotation import is_changing, signing_key
from outbox.schedule import DORMANT_AFTER, Trouble
from outbox.synchronize import NO_FOLLOWERS, Synchronization, write_header

_KEYS_FRESH_MS: Final = 10_000
_DIGESTS_FRESH_MS: Final = 15_000
_ACTORS: Final = 2_000
_ANSWER_BYTES: Final = 4_096
_SENT: Final = frozenset(
    {Reason.SLOW, Reason.RESET, Reason.PROTOCOL, Reason.TOO_LARGE, Reason.ENCODING}
)
_NEVER: Final = frozenset({Reason.URL, Reason.SCHEME, Reason.PORT, Reason.OWN})
_TROUBLES: Final = {
    Reason.SLOW: Trouble.TIMEOUT,
    Reason.TLS: Trouble.TLS,
    Reason.DNS: Trouble.DNS,
    Reason.ADDRESS: Trouble.DNS,
    Reason.NO_NAME: Trouble.NO_SUCH_NAME,
}
_OURS: Final = frozenset({Reason.BUSY, Reason.CLOSED})


def _uncounted(ended: tuple[Done, ...]) -> None:
    """Count nothing: what a mailroom does that nobody gave figures."""


@dataclass(slots=True)
class _Keys:
    at: int
    keys: tuple[Key, ...]
    loaded: dict[str, SigningKey]


@dataclass(slots=True)
class _Digests:
    at: int
    by_host: "asyncio.Future[Mapping[str, str]]"


@dataclass(slots=True, kw_only=True)
class HouseMailroom:
    """One for each delivery worker; `worker` names it, and no other may have that name.

    `deadline` is seconds for one request, `per_host` how many a well host gets at once,
    `dormant_after` the silence in ms after which a host is only looked at now and then. `ended`
    is told of every try once it is written down.
    """

    engine: Engine
    sender: Sender
    threads: SigningThreads
    bus: Bus
    urls: Urls
    clock: Clock
    random: Random
    worker: str
    rules: fanout.Rules = field(default_factory=fanout.Rules)
    per_host: int = 2
    deadline: float = 30.0
    dormant_after: int = DORMANT_AFTER
    ended: Callable[[tuple[Done, ...]], None] = _uncounted
    _own: OwnKeys = field(init=False)
    _keys: OrderedDict[int, _Keys] = field(default_factory=OrderedDict, init=False)
    _digests: OrderedDict[int, _Digests] = field(default_factory=OrderedDict, init=False)

    def __post_init__(self) -> None:
        self._own = OwnKeys(self.engine)

    def now(self) -> int:
        return self.clock.now()

    async def recover(self) -> None:
        """Take back what a worker of this name held when it died; once, before it works."""
        await self.engine.write(lambda tx: queue.recover(tx, self.worker, self.now()))

    # -- the worker's

    async def expand(self) -> bool:
        if not await self.engine.glance(fanout.waits) or await self.engine.glance(
            queue.sending_held
        ):
            return False
        return await fanout.expand(self.engine, self.now, self.rules)

    async def turn(self, report: Report) -> Turn:
        terms = self._terms()
        turn = await self.engine.write(lambda tx: queue.turn(tx, report, terms))
        self.ended(report.done)
        return turn

    async def release(self, holding: Mapping[str, tuple[int, frozenset[int]]]) -> None:
        terms = self._terms()
        await self.engine.write(lambda tx: queue.release(tx, holding, terms))

    async def wait(self, seconds: float) -> None:
        await self.bus.wait("outbox", seconds)

    def _terms(self) -> queue.Terms:
        return queue.Terms(
            now=self.now(),
            worker=self.worker,
            per_host=self.per_host,
            fraction=self.random.fraction,
            dormant_after=self.dormant_after,
        )

    # -- one delivery's

    async def key(self, actor_id: int, host: str) -> SigningKey | None:
        now = self.now()
        known = self._keys.get(actor_id)
        if known is None or not 0 <= now - known.at < _KEYS_FRESH_MS:
            found = await self._own.by_id(actor_id)
            known = self._keys[actor_id] = _Keys(now, found, known.loaded if known else {})
            self._keys.move_to_end(actor_id)
            _cap(self._keys)
        told_at = None
        if is_changing(known.keys, now):
            told_at = await self.engine.glance(lambda tx: told(tx, host, actor_id))
        key = signing_key(known.keys, now, told_at)
        if key is None or key.private is None:
            return None
        if key.uri not in known.loaded:
            known.loaded[key.uri] = SigningKey(key.uri, load_private(key.private))
        return known.loaded[key.uri]

    async def sign(self, signing: Callable[[], Headers]) -> Headers:
        return await self.threads.sign(signing)

    async def synchronization(self, actor_id: int, host: str) -> str:
        return write_header(
            Synchronization(
                collection=self.urls.actor(actor_id, "followers"),
                url=self.urls.actor(actor_id, "synchronization"),
                digest=(await self._digests_of(actor_id)).get(host, NO_FOLLOWERS),
            )
        )

    async def _digests_of(self, actor_id: int) -> Mapping[str, str]:
        """Return the digests by host, read once however many deliveries ask meanwhile."""
        now = self.now()
        known = self._digests.get(actor_id)
        if known is None or not 0 <= now - known.at < _DIGESTS_FRESH_MS or _failed(known.by_host):
            reading = asyncio.ensure_future(self.engine.read(lambda tx: digests(tx, actor_id)))
            known = self._digests[actor_id] = _Digests(now, reading)
            self._digests.move_to_end(actor_id)
            _cap(self._digests)
        return await asyncio.shield(known.by_host)

    async def post(self, url: str, headers: Headers, body: bytes) -> tuple[int, Headers]:
        request = Request(
            "POST",
            url,
            headers,
            body,
            deadline=self.deadline,
            max_body=_ANSWER_BYTES,
            cut=True,
        )
        try:
            answer = await self.sender.send(request)
        except FetchError as error:
            raise no_answer(error) from None
        return answer.status, answer.headers


def no_answer(error: FetchError) -> NoAnswer:
    """Translate what kept a request from being answered."""
    reason = reason_of(error)
    if reason in _OURS:
        return NoAnswer(None, error.sentence)
    said = error.sentence.removesuffix(".")
    if reason in _NEVER:
        return NoAnswer(Trouble.REFUSED, said, final=True)
    trouble = _TROUBLES.get(reason, Trouble.REFUSED) if reason is not None else Trouble.REFUSED
    return NoAnswer(trouble, said, sent=reason in _SENT)


def _failed(reading: "asyncio.Future[Any]") -> bool:
    return reading.done() and (reading.cancelled() or reading.exception() is not None)


def _cap(kept: OrderedDict[int, Any]) -> None:
    while len(kept) > _ACTORS:
        kept.popitem(last=False)
