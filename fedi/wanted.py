"""Fetches what rules asked for: parents and replies of a thread, pinned posts, followers' digests.

Each kind has a budget (inbox/limits.py), each thing three tries; a thread is never worth more.
"""

import asyncio
import logging
from collections import Counter
from typing import Final

from actors.access import may_know
from actors.effects import Drop, Recipients, Send
from actors.errors import FediError, FetchError, Invalid
from actors.people import Actor
from actors.posts import Post, Quote, QuoteState
from actors.quoting import settled
from actors.relationships import RelationKind, RelationState
from actors.urls import host_of, same_host
from actors.verbs import Undo
from fedi.app import House
from fedi.net.failures import may_come_later
from fedi.store import abroad, chores, quoting
from fedi.store.chores import Wanted
from fedi.store.engine import Tx
from inbox import backfill, parse, stamps
from inbox.backfill import Walk
from outbox.synchronize import digest

_LEASE_MS: Final = 120_000
_TRIES: Final = 3
_AGAIN_MS: Final = 300_000
_MAX_PINS: Final = 20
MAX_ELSEWHERE: Final = 20
_MAX_CORRECTED: Final = 100
_AT_ONCE: Final = 16
_PER_HOST: Final = 8
_PUT_BACK_MS: Final = 2_000
_PATIENCE_SECONDS: Final = 2.0
_logger = logging.getLogger("fedi.wanted")


class WantedWorker:
    """One process's worker for what is wanted."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._engine = house.engine
        self._running: dict[asyncio.Task[None], str] = {}

    async def some(self) -> int:
        """Fetch what is due now, side by side, and return how many things are or were under way.

        A slow server holds up no others: after a while the next things begin beside it.
        """
        now = self._house.clock.now()
        free = _AT_ONCE - len(self._running)
        due = await self._engine.write(
            lambda tx: chores.lease_wanted(tx, now=now, until=now + _LEASE_MS, limit=free)
        )
        crowded = [wanted for wanted in due if not self._started(wanted)]
        if crowded:
            await self._engine.write(lambda tx: chores.put_back(tx, crowded, now + _PUT_BACK_MS))
        if not self._running:
            return len(due)
        done, slow = await asyncio.wait(self._running, timeout=_PATIENCE_SECONDS)
        for task in done:
            task.result()  # a fault of ours is told, not lost
        return len(due) + len(slow)

    async def close(self) -> None:
        """Let go of what is under way; its lease runs out, and it comes again."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _started(self, wanted: Wanted) -> bool:
        host = host_of(wanted.uri)
        if sum(one == host for one in self._running.values()) >= _PER_HOST:
            return False
        task = asyncio.create_task(self._one(wanted))
        self._running[task] = host
        task.add_done_callback(lambda done: self._running.pop(done, None))
        return True

    async def _one(self, wanted: Wanted) -> None:
        try:
            async with asyncio.timeout(60):
                await self._fetch(wanted)
        except FetchError as problem:
            if may_come_later(problem) and wanted.tries + 1 < _TRIES:
                due = self._house.clock.now() + _AGAIN_MS * (wanted.tries + 1)
                await self._engine.write(lambda tx: chores.want_later(tx, wanted, due))
                return
            _logger.info("given up: %s (%s)", wanted.uri, problem.sentence)
        except (FediError, TimeoutError) as problem:
            _logger.info("not taken: %s (%s)", wanted.uri, problem)
        await self._engine.write(lambda tx: chores.had(tx, wanted))

    async def _fetch(self, wanted: Wanted) -> None:
        if not await self._house.domains.welcomes(host_of(wanted.uri)):
            raise Invalid("Nothing is taken from that server.", code="blocked")
        match wanted.why:
            case "parent":
                await self._parent(wanted)
            case "replies":
                await self._replies(wanted)
            case "reply":
                await self._house.resolver.post(wanted.uri)
            case "featured":
                await self._featured(wanted.uri)
            case "actor":
                await self._house.resolver.actor(wanted.uri, fresh=True)
            case "quote":
                await self._quote(wanted)
            case "hosts":
                await self._hosts(wanted.uri)
            case "synchronise":
                await self._synchronise(wanted.uri)

    async def _parent(self, wanted: Wanted) -> None:
        house = self._house
        document = await house.fetcher.read(wanted.uri)
        note = parse.note(document, house.urls)
        await house.resolver.post(wanted.uri)
        known = await self._engine.read(lambda tx: chores.known_posts(tx, (note.in_reply_to,)))
        steps = backfill.parent(note, known=bool(known), depth=wanted.depth, urls=house.urls)
        if not steps and note.replies:
            steps = backfill.begin(note, depth=0)
        await self._ask(tuple((step.uri, step.why, step.depth) for step in steps))

    async def _replies(self, wanted: Wanted) -> None:
        """Read a replies collection page by page; each reply is asked for as a thing of its own."""
        house, page_uri = self._house, wanted.uri
        walk, elsewhere = Walk(note=wanted.uri), Counter[str]()
        while page_uri:
            document = await house.fetcher.read(page_uri)
            page = parse.collection(document)
            known = await self._engine.read(lambda tx, p=page: chores.known_posts(tx, p.uris))  # type: ignore[misc]
            step = backfill.walk(walk, page, page_uri=page_uri, known=known, urls=house.urls)
            replies = few_of_each_other_host(
                [reply.uri for reply in step.replies], wanted.uri, elsewhere
            )
            await self._ask(tuple((uri, "reply", 1) for uri in replies))
            walk, page_uri = step.walk, step.page

    async def _ask(self, wants: tuple[tuple[str, str, int], ...]) -> None:
        if not wants:
            return
        now = self._house.clock.now()

        async def unit(tx: Tx) -> None:
            for uri, why, depth in wants:
                await chores.want(tx, uri, why, depth, now)

        await self._engine.write(unit)

    async def _featured(self, uri: str) -> None:
        """Take over an actor's pinned posts, as its own collection lists them."""
        house = self._house
        page = parse.collection(await house.fetcher.read(uri, fresh=True))
        if not page.items and page.first:  # Friendica lists them on a page of their own
            page = parse.collection(await house.fetcher.read(page.first, fresh=True))
        # Only posts of its own can be pinned: what is elsewhere is not even asked for.
        uris = [item for item in page.uris if same_host(item, uri)]
        posts = []
        for item in uris[:_MAX_PINS]:
            try:
                posts.append(await house.resolver.post(item))
            except FediError:
                continue
        now = house.clock.now()
        await self._engine.write(lambda tx: chores.replace_pins(tx, uri, posts, now))

    async def _quote(self, wanted: Wanted) -> None:
        """Look what a post quotes, and whether whoever wrote that lets it (FEP-044f).

        What a post that was itself fetched quotes is fetched only if nothing quotes that post in
        turn: chains of quotes end there.
        """
        house = self._house
        row = await self._engine.read(lambda tx: quoting.of_post(tx, wanted.uri))
        if row is None or row.state is not QuoteState.PENDING:
            return
        if row.quoted_id is None:
            if wanted.depth and await self._engine.read(
                lambda tx: quoting.is_quoted(tx, wanted.uri)
            ):
                return
            await self._elsewhere(row.quoted_uri)
            # Its Create ties the quotes that waited for it, and this comes again for the stamp.
            await house.resolver.post(row.quoted_uri)
            row = await self._engine.read(lambda tx: quoting.of_post(tx, wanted.uri))
        if row is None or row.quoted_id is None or row.author_id is None:
            return
        await self._judge(row)

    async def _elsewhere(self, uri: str) -> None:
        if not await self._house.domains.welcomes(host_of(uri)):
            raise Invalid("Nothing is taken from that server.", code="blocked")

    async def _judge(self, row: Quote) -> None:
        """Allow a quote of oneself, and one whose stamp is what it ought to be."""
        house = self._house

        async def look(tx: Tx) -> tuple[Post | None, Actor | None]:
            store = house.performer.open(tx)
            by = await store.actor_by_id(row.author_id or 0)
            return await store.post_by_id(row.post_id or 0), by

        post, by = await self._engine.read(look)
        if post is None or by is None or by.local:
            return
        if post.author_id != by.id:
            if not row.stamp or not same_host(row.stamp, by.uri):
                return
            await self._elsewhere(row.stamp)
            document = await house.fetcher.read(row.stamp, fresh=True)
            if not stamps.allows(
                document,
                stamp=row.stamp,
                author=by.uri,
                quoting=row.uri,
                quoted=row.quoted_uri,
            ):
                return

        async def unit(tx: Tx) -> None:
            now = await quoting.of_post(tx, row.uri)
            if now == row:
                stamp = row.stamp if post.author_id != by.id else ""
                await house.performer.apply(tx, settled(row, QuoteState.ACCEPTED, stamp, post))

        await self._engine.write(unit)

    async def _hosts(self, uri: str) -> None:
        """Take over on which servers a closed group has members, as it lists them."""
        page = parse.collection(await self._house.fetcher.read(uri, fresh=True))
        hosts = frozenset(host for host in map(host_of, page.uris) if host)
        await self._engine.write(lambda tx: abroad.replace_hosts(tx, uri, hosts))

    async def _synchronise(self, reference: str) -> None:
        """FEP-8fcf: compare whom of ours an actor counts as followers with whom we think so.

        `reference` is actor, url and digest, a line each, as its header said; the fetched page
        must itself have that digest before anybody is removed.
        """
        house = self._house
        actor_uri, url, said = reference.split("\n", 2)
        actor = await house.resolver.actor(actor_uri)
        ours = await self._engine.read(lambda tx: chores.followers_on(tx, actor.id))
        if digest(ours) == said:
            return
        document = await house.fetcher.read(url, fresh=True)
        listed = set(parse.collection(document).uris)
        if digest(listed) != said:
            return
        for uri in set(ours) - listed:
            await self._forget_follow(uri, actor)
        for uri in sorted(listed - set(ours))[:_MAX_CORRECTED]:
            await self._tell_unfollowed(uri, actor)

    async def _forget_follow(self, uri: str, actor: Actor) -> None:
        async def unit(tx: Tx) -> None:
            store = self._house.performer.open(tx)
            follower = await store.actor(uri)
            if follower is None:
                return
            relation = await store.relation(RelationKind.FOLLOW, follower.id, actor.id)
            if relation is not None and relation.state is RelationState.ACCEPTED:
                await self._house.performer.apply(tx, (Drop(relation),))

        await self._engine.write(unit)

    async def _tell_unfollowed(self, uri: str, actor: Actor) -> None:
        """One of ours is counted as a follower and isn't: take back the follow they still have."""
        house = self._house
        follower = await self._engine.read(lambda tx: self._known_to(tx, uri, actor.host))
        if follower is None:
            return
        relation = await self._engine.read(
            lambda tx: house.performer.open(tx).relation(RelationKind.FOLLOW, follower.id, actor.id)
        )
        if relation is not None:
            return
        id = house.performer.new_id()
        undo = Undo(
            uri=house.urls.activity(id),
            actor=follower.uri,
            object=house.urls.key(house.urls.activity(id), "follow"),
            kind="Follow",
            target=actor.uri,
        )
        send = Send(undo, follower.id, Recipients(actors=(actor.id,)), about=actor.uri)
        await house.performer.send(send)

    async def _known_to(self, tx: Tx, uri: str, host: str) -> Actor | None:
        """Return one of ours whom that server may know: a guess must not be confirmed (S19)."""
        store = self._house.performer.open(tx)
        actor = await store.actor(uri)
        if actor is None or not actor.local or actor.gone:
            return None
        return actor if await may_know(store, actor, host) else None


def few_of_each_other_host(uris: list[str], near: str, elsewhere: Counter[str]) -> list[str]:
    """Leave out replies beyond the first few on each other host than the collection's own, for
    whoever lists them can name any address. `elsewhere` counts them by host."""
    kept = []
    for uri in uris:
        host = host_of(uri)
        if not same_host(uri, near):
            elsewhere[host] += 1
        if elsewhere[host] <= MAX_ELSEWHERE:
            kept.append(uri)
    return kept
