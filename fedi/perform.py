"""Runs one unit of work: gather, decide, effects, all in one transaction; wakes readers after it.

Everything that changes something for others goes through here, whoever does it: an arriving
Like, a post from an app, `fedi follow`. What a rule needs from other servers is fetched between
two runs of the unit, never inside one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from actors.activities import rule
from actors.effects import Activity, Done, Effects, Need, Refusal, Send
from actors.errors import FediError, FetchError
from actors.ids import Ids
from actors.people import Key, KeyKind
from actors.ports import Clock, Random, Resolver
from actors.signatures.keys import PrivateKey, load_private
from actors.signatures.proofs import add_proof
from actors.urls import Urls
from actors.verbs import Announce
from fedi.store.applying import Applying, Clash
from fedi.store.engine import Engine, Tx
from fedi.store.keys import first_proof_key
from fedi.store.leaving import save_activity, words_of
from fedi.store.unit import UnitStore

_OPEN: Final = ("public", "unlisted")
ROUNDS: Final = 3
"""How often a unit may ask for more before it is given up."""


class Wakes(Protocol):
    def wake(self, topic: str) -> None: ...


Writer = Callable[[Any, Urls, tuple[str, ...]], dict[str, Any]]
Also = Callable[[UnitStore, Done | Refusal], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a unit ended: done, refused, or still in need after the fetches failed."""

    outcome: Done | Refusal | Need
    problem: FediError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """The one place where an activity becomes changes. `write` is outbox's: record -> JSON."""

    engine: Engine
    urls: Urls
    clock: Clock
    random: Random
    ids: Ids
    write: Writer
    bus: Wakes
    proofs: bool = True

    def new_id(self) -> int:
        return self.ids.make(self.clock.now())

    def open(self, tx: Tx) -> UnitStore:
        """Return the Store port on an open transaction."""
        return UnitStore(
            tx,
            now=self.clock.now(),
            urls=self.urls,
            new_id=self.new_id,
            bits=self.random.bits,
        )

    async def unit(
        self, tx: Tx, activity: Activity, also: Also | None = None, raw: bytes = b""
    ) -> Done | Need | Refusal:
        """Run gather, decide and the effects in an open transaction; `raw` is how an activity from
        elsewhere came, for a group that hands it on.

        `also` writes in the same transaction once the answer is known (arrival done, token used);
        after a Need it isn't called, for nothing has happened yet.
        """
        await tx.lock(*sorted({activity.actor, getattr(activity, "object", "") or activity.uri}))
        store = self.open(tx)
        store.raw = raw
        decision = await rule(store, activity)
        if isinstance(decision, Need):
            return decision
        outcome: Done | Refusal
        if isinstance(decision, Refusal):
            outcome = decision
        else:
            await self._carry_out(store, tuple(decision), getattr(activity, "person", None))
            outcome = Done(uri=activity.uri)
        if also is not None:
            await also(store, outcome)
        return outcome

    async def apply(self, tx: Tx, effects: Effects, person: int | None = None) -> None:
        """Carry effects out in an open transaction; who waits for them is woken after it.
        `person` is who of ours acts."""
        await self._carry_out(self.open(tx), effects, person)

    async def _carry_out(self, store: UnitStore, effects: Effects, person: int | None) -> None:
        applying = Applying(store, self._send, person)
        await applying.all(effects)
        for topic in applying.wakes:
            store.tx.after_commit.append(_waker(self.bus, topic))

    async def once(
        self, activity: Activity, also: Also | None = None, raw: bytes = b""
    ) -> Done | Need | Refusal:
        """Run one unit and return once its commit is durable."""

        async def unit(tx: Tx) -> Done | Need | Refusal:
            return await self.unit(tx, activity, also, raw)

        for _ in range(ROUNDS):
            try:
                return await self.engine.write(unit)
            except Clash:
                continue
        return await self.engine.write(unit)

    async def perform(
        self, activity: Activity, resolver: Resolver, also: Also | None = None
    ) -> Answer:
        """Run a unit, fetching what it needs between its runs, ROUNDS times at most."""
        began = self.clock.now()
        outcome = await self.once(activity, also)
        for _ in range(ROUNDS):
            if not isinstance(outcome, Need):
                return Answer(outcome)
            try:
                for uri in outcome.uris:
                    await resolver.need(uri, since=began if outcome.fresh else 0)
            except FetchError as problem:
                return Answer(outcome, problem)
            outcome = await self.once(activity, also)
        return Answer(outcome)

    # -- what leaves

    async def send(self, send: Send) -> None:
        """Queue an activity that changes nothing here: an answer, a correction, a tally."""

        async def unit(tx: Tx) -> None:
            await self._send(self.open(tx), send)
            tx.after_commit.append(_waker(self.bus, "outbox"))

        await self.engine.write(unit)

    async def _send(self, store: UnitStore, send: Send) -> None:
        named = await store.actors_by_id(send.recipients.actors)
        uris = tuple(actor.uri for actor in named.values())
        document = self.write(send.activity, self.urls, uris)
        visible = await self._visible(store, send)
        if isinstance(send.activity, Announce) and send.activity.wrapped and visible in _OPEN:
            words = await words_of(store, send.activity.wrapped.uri)
            document["object"] = words or document["object"]
        if self.proofs and visible in _OPEN:
            key = await self._proof_key(store, send.actor_id)
            if key is not None and key.private is not None:
                private = _loaded(key.private)
                if isinstance(private, Ed25519PrivateKey):
                    document = add_proof(document, private, key.uri, store.now)
        await save_activity(
            store,
            send,
            body=msgspec.json.encode(document),
            kind=str(document["type"]),
            visible=visible,
        )

    async def _visible(self, store: UnitStore, send: Send) -> str:
        if send.post_id is None:
            about_itself = send.about == send.activity.actor and not send.recipients.actors
            return "public" if about_itself else "direct"
        post = store.post_put(send.post_id) or await store.post_by_id(send.post_id)
        return post.visibility.value if post is not None else "direct"

    async def _proof_key(self, store: UnitStore, actor_id: int) -> Key | None:
        found = [k for k in await store.keys(actor_id) if k.kind is KeyKind.ED25519]
        usable = [key for key in found if key.retired is None and key.active_from <= store.now]
        if usable or found:
            return usable[-1] if usable else None
        actor = await store.actor_by_id(actor_id)
        return await first_proof_key(store.tx, actor) if actor is not None else None


@lru_cache(maxsize=256)
def _loaded(der: bytes) -> PrivateKey:
    # Reading a key takes as long as three signatures with it.
    return load_private(der)


def _waker(bus: Wakes, topic: str) -> Callable[[], None]:
    return lambda: bus.wake(topic)
