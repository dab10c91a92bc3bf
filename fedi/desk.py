"""The house's side of the inbox: the door that arrivals come in by, the desk they are worked at.

Fills inbox.endpoints.Door and inbox.worker.Desk with the store, the key ring and the resolver.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from actors.access import may_know
from actors.effects import Activity, Done, Need, Refusal
from actors.errors import FediError, FetchAnswered, FetchError, TooMany, Unavailable
from actors.signatures.authenticate import HOUR, Window
from actors.urls import host_of, same_host
from fedi.bus import Bus
from fedi.config import Config
from fedi.domains import Domains
from fedi.fetching import Fetcher
from fedi.jsonld import PlainWords
from fedi.keyring import KeyRing, Known
from fedi.net.failures import may_come_later
from fedi.perform import Performer
from fedi.resolve import HouseResolver
from fedi.store import arrivals, chores
from fedi.store.arrivals import Arrival, Refused
from fedi.store.engine import Tx
from fedi.store.taking import Taking
from fedi.store.unit import UnitStore
from inbox.callers import FETCH_COST, FREE_BYTES, Callers
from inbox.verdicts import Facts
from inbox.worker import Crowded
from outbox.synchronize import digest, read_header

_LEASE_MS: Final = 30_000
"""So long an arrival waits whose worker has died; one that lives renews it (inbox/worker.py)."""
_POSTPONED_MS: Final = 3_000
_COUNT_MS: Final = 5_000
_EXPANSION_COST: Final = 10.0
_KNOWN: Final = 50_000
_LOOK_MS: Final = 60_000
"""Between two looks at whom of ours a digest that did not change should count."""
_COMPARED_MS: Final = HOUR
_NOTED: Final = 100
"""So many hosts that were kept out are noted in an hour."""
_logger = logging.getLogger("fedi.inbox")


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The digests of an actor's followers here: what they said and what ours was, when (ms) we
    last looked, and when we last asked them about this pair."""

    theirs: str
    ours: str
    looked: int
    asked: int


class HouseDoor:
    """Fills inbox.endpoints.Door."""

    def __init__(
        self,
        performer: Performer,
        keys: KeyRing,
        domains: Domains,
        bus: Bus,
        *,
        config: Config,
        alive: Callable[[str, str], None],
    ) -> None:
        self.max_body = config.federation.max_body_bytes
        self.max_depth = config.federation.max_depth
        self.window = Window(
            oldest=config.federation.signature_past_hours * HOUR,
            ahead=config.federation.signature_future_hours * HOUR,
        )
        self.origin = performer.urls.origin
        self.authorities = frozenset({performer.urls.authority.lower()})
        self.callers = Callers(
            performer.clock.now,
            rate=config.federation.rate_per_address,
            failures=config.federation.failures_per_address,
        )
        self._performer = performer
        self._engine = performer.engine
        self._taking = Taking(performer.engine)
        self._keys = keys
        self._domains = domains
        self._bus = bus
        self._alive = alive
        self._met: OrderedDict[str, None] = OrderedDict()
        self._compared: OrderedDict[str, _Comparison] = OrderedDict()
        self._noted: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._queue_limit = config.inbox.queue_limit
        self._waiting = 0
        self._counted = -_COUNT_MS

    def now(self) -> int:
        return self._performer.clock.now()

    async def check_room(self) -> None:
        await self._count()
        if self._engine.backlog > 5_000 or self._waiting > self._queue_limit:
            raise Unavailable("Too much waits here now; come back later.", retry_after=30)

    async def _count(self) -> None:
        """Look now and then how much waits to be worked at."""
        now = self.now()
        if 0 <= now - self._counted < _COUNT_MS:
            return
        self._counted = now
        self._waiting = await self._engine.glance(
            lambda tx: arrivals.at_least(tx, self._queue_limit + 1)
        )

    async def welcome(self, host: str) -> None:
        if why := await self._domains.why_not(host):
            await self._turned_away(host, "turned_away", f"{host} is {why}.")
        await self._domains.welcome(host)

    async def admit(self, host: str, size: int = 0) -> None:
        try:
            self._domains.admit(host, cost=1.0 + size // FREE_BYTES)
        except TooMany:
            await self._turned_away(host, "too_many", f"{host} sends faster than it may.")
            raise

    async def _turned_away(self, host: str, code: str, sentence: str) -> None:
        """Let administrators see whom a policy keeps out at the door: each host once an hour, and
        not many at all, for whoever is not let in may name any host."""
        now = self.now()
        while self._noted and not 0 <= now - next(iter(self._noted.values())) < HOUR:
            self._noted.popitem(last=False)
        if (host, code) in self._noted or len(self._noted) >= _NOTED:
            return
        self._noted[host, code] = now
        refused = Refused(
            id=self._performer.new_id(),
            at=now,
            host=host,
            actor_uri="",
            code=code,
            sentence=sentence,
        )
        with suppress(Unavailable):
            await self._engine.write(lambda tx: arrivals.note_refusal(tx, refused))

    async def knows(self, actor_uri: str) -> bool:
        if actor_uri in self._met:
            return True
        found = await self._engine.glance(lambda tx: self._performer.open(tx).actor(actor_uri))
        if found is None:
            return False
        self._met[actor_uri] = None
        while len(self._met) > _KNOWN:
            self._met.popitem(last=False)
        return True

    async def is_inbox(self, owner: int, host: str) -> bool:
        async def look(tx: Tx) -> bool:
            store = self._performer.open(tx)
            found = await store.actor_by_id(owner)
            if found is None or not found.local or found.gone:
                return False
            return await may_know(store, found, host)

        return await self._engine.glance(look)

    async def key(self, key_id: str) -> Known | None:
        return await self._keys.find(key_id)

    async def fetch_key(self, key_id: str) -> Known:
        # Not the host's own bucket: who names a key has not proven to come from there.
        self._domains.admit(host_of(key_id), cost=FETCH_COST, purpose="keys of")
        return await self._keys.fetch(key_id)

    def may_refetch(self, key_id: str) -> bool:
        return self._keys.may_refetch(key_id)

    async def save(
        self, *, activity_uri: str, same: str, owner: int, signer: str, body: bytes
    ) -> None:
        arrival = Arrival(
            id=self._performer.new_id(),
            activity_uri=activity_uri,
            same=same,
            inbox_owner=owner,
            signer=signer,
            body=body,
            received=self.now(),
        )
        if await self._taking.save(arrival):
            self._bus.wake("inbox")

    def alive(self, host: str, dialect: str) -> None:
        self._alive(host, dialect)

    async def synchronise(self, actor_uri: str, header: str) -> None:
        """Ask for a comparison of followers (FEP-8fcf) where the digests differ.

        The header comes with everything they send, so one digest is looked at once a minute, and
        asked about once an hour unless ours has changed: what went wrong then is mended later.
        """
        said = read_header(header)
        if said is None or not same_host(said.url, actor_uri):
            return
        now, last = self.now(), self._compared.get(actor_uri)
        same = last if last is not None and last.theirs == said.digest else None
        if same is not None and 0 <= now - same.looked < _LOOK_MS:
            return
        actor = await self._engine.glance(lambda tx: self._performer.open(tx).actor(actor_uri))
        if actor is None or actor.followers != said.collection:
            return
        ours = digest(await self._engine.read(lambda tx: chores.followers_on(tx, actor.id)))
        known = same is not None and same.ours == ours and 0 <= now - same.asked < _COMPARED_MS
        asked = same.asked if same is not None and known else now
        self._remember(actor_uri, _Comparison(said.digest, ours, now, asked))
        if not known and ours != said.digest:
            wanted = "\n".join((actor_uri, said.url, said.digest))
            await self._engine.write(lambda tx: chores.want(tx, wanted, "synchronise", 0, now))
            self._bus.wake("wanted")

    def _remember(self, actor_uri: str, comparison: _Comparison) -> None:
        self._compared[actor_uri] = comparison
        self._compared.move_to_end(actor_uri)
        while len(self._compared) > _KNOWN:
            self._compared.popitem(last=False)


class HouseDesk:
    """Fills inbox.worker.Desk."""

    def __init__(
        self,
        performer: Performer,
        resolver: HouseResolver,
        fetcher: Fetcher,
        domains: Domains,
        bus: Bus,
        words: PlainWords,
    ) -> None:
        self.urls = performer.urls
        self._words = words
        self._performer = performer
        self._engine = performer.engine
        self._resolver = resolver
        self._fetcher = fetcher
        self._domains = domains
        self._bus = bus

    async def lease(self, limit: int) -> list[Arrival]:
        now = self._performer.clock.now()
        return await self._engine.write(
            lambda tx: arrivals.lease(tx, now=now, until=now + _LEASE_MS, limit=limit)
        )

    async def release(self, leased: list[Arrival]) -> None:
        await self._engine.write(lambda tx: arrivals.release(tx, [one.id for one in leased]))

    async def renew(self, leased: list[Arrival]) -> None:
        until = self._performer.clock.now() + _LEASE_MS
        await self._engine.write(lambda tx: arrivals.renew(tx, [one.id for one in leased], until))

    async def facts(self, host: str) -> Facts:
        return await self._domains.facts(host)

    async def carry_out(self, arrival: Arrival, activity: Activity) -> Done | Need | Refusal:
        async def close(store: UnitStore, outcome: Done | Refusal) -> None:
            await self._close(store.tx, arrival, outcome, type(activity).__name__)

        return await self._performer.once(activity, close, arrival.body)

    async def refuse(self, arrival: Arrival, refusal: Refusal) -> None:
        await self._engine.write(lambda tx: self._close(tx, arrival, refusal, ""))

    async def later(self, arrival: Arrival, problem: FediError) -> None:
        now = self._performer.clock.now()
        reason = f"{problem.sentence} {problem.detail}".strip()
        _logger.warning("arrival put off", extra={"uri": arrival.activity_uri, "why": reason})

        final = isinstance(problem, FetchError) and not may_come_later(problem)

        async def unit(tx: Tx) -> None:
            if final or not await arrivals.later(tx, arrival, now=now, problem=reason):
                await self._close(tx, arrival, Refusal(problem.code, problem.sentence), "")

        await self._engine.write(unit)

    async def postpone(self, arrival: Arrival) -> None:
        due = self._performer.clock.now() + _POSTPONED_MS
        await self._engine.write(lambda tx: arrivals.postpone(tx, arrival.id, due))

    async def document(self, uri: str, *, since: int) -> Mapping[str, Any] | None:
        try:
            return await self._fetcher.read(uri, since=since)
        except FetchAnswered as problem:
            if problem.answered == 410:
                return None
            raise

    async def need(self, uri: str, *, since: int) -> None:
        await self._resolver.need(uri, since=since)

    async def plain(self, document: Mapping[str, Any], host: str) -> Mapping[str, Any]:
        try:
            self._domains.admit(host, cost=_EXPANSION_COST, purpose="expansions for")
        except TooMany:
            raise Crowded from None
        return await self._words.of(document, host)

    async def wait(self, seconds: float) -> None:
        await self._bus.wait("inbox", seconds)

    async def _close(self, tx: Tx, arrival: Arrival, outcome: Done | Refusal, kind: str) -> None:
        if isinstance(outcome, Refusal):
            await arrivals.note_refusal(
                tx,
                Refused(
                    id=self._performer.new_id(),
                    at=self._performer.clock.now(),
                    host=host_of(arrival.signer),
                    actor_uri=arrival.signer,
                    activity_uri=arrival.activity_uri,
                    kind=kind,
                    code=outcome.code,
                    sentence=outcome.sentence,
                ),
            )
        await arrivals.done(tx, arrival.id)
