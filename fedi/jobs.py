"""The clockwork: what is done later, in pieces, or at its time.

Large consequences (an actor's deletion, a move), polls that end, what was asked of other servers,
and forgetting what has been kept long enough. One process has this role; two do no harm.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from actors.access import may_know
from actors.drafts import KEPT_MS
from actors.effects import Notify, Put
from actors.errors import FediError
from actors.people import Actor
from actors.posts import Poll, Post
from actors.relationships import NotificationKind, Relation, RelationKind, RelationState
from actors.verbs import Update
from fedi.app import House
from fedi.departments.leavers import Leavers
from fedi.departments.practising import Practising
from fedi.groups.neighbours import Neighbours
from fedi.groups.notes import KINDS, Notes
from fedi.oauth.forgetting import forget_some
from fedi.publishing import Profiles, Writing
from fedi.publishing.scheduling import Scheduling
from fedi.rotating import GRACE_MS
from fedi.search.cards import Cards
from fedi.search.indexing import Indexer
from fedi.search.trending import Trends
from fedi.store import (
    acquaintances,
    arrivals,
    chores,
    drafts,
    events,
    home,
    kept,
    questions,
    stopped,
)
from fedi.store.chores import Spreading
from fedi.store.deliveries import expire
from fedi.store.engine import Tx
from fedi.store.keys import retire_superseded
from fedi.store.reads import surroundings
from fedi.wanted import WantedWorker
from outbox.acts import Acting
from outbox.objects.record import note_of

_LEASE_MS: Final = 60_000
_TALLY_SECONDS: Final = 60.0
_EXPIRE_SECONDS: Final = 60.0
_PRUNE_SECONDS: Final = 600.0
_TREND_SECONDS: Final = 600.0
_logger = logging.getLogger("fedi.jobs")


class Clockwork:
    """All chores of one process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._engine = house.engine
        self._wanted = WantedWorker(house)
        self._tallied = events.BEGINNING
        now = house.clock.now
        self._index = Indexer(house.engine, house.urls, now, house.random.fraction)
        self._cards = Cards(house.engine, house.client, now, house.bus)
        self._trends = Trends(house.engine, now)
        writing = Writing(
            house.performer, house.resolver, house.config.limits, house.config.cautions.watched
        )
        self._scheduling = Scheduling(writing, house.media)
        self._leavers = leavers_of(house)
        self._neighbours = Neighbours(house.performer)
        self._notes = Notes(house.performer)
        self._practising = Practising(
            house.performer,
            house.config.welcome.practice.removeprefix("@"),
            ZoneInfo(house.config.organisation.timezone),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        self._tallied = await self._engine.read(events.newest)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._each(stop, 1.0, self._wanted.some, "wanted"))
            group.create_task(self._each(stop, 1.0, self.spread, "jobs"))
            group.create_task(self._each(stop, 5.0, self.end_polls, "polls"))
            group.create_task(self._each(stop, 5.0, self._house.media.work, "media"))
            group.create_task(self._each(stop, 5.0, self._scheduling.publish_due, "scheduled"))
            group.create_task(self._each(stop, 1.0, self._leavers.due, "leaving"))
            group.create_task(self._each(stop, 60.0, self._leavers.hide, "left"))
            group.create_task(self._each(stop, 60.0, self._leavers.erase, "left"))
            group.create_task(self._each(stop, 30.0, self.end_mutes, "mutes"))
            group.create_task(self._each(stop, 5.0, self.tell_neighbours, "event"))
            group.create_task(self._each(stop, 1.0, self._index.some, "event"))
            group.create_task(self._each(stop, 2.0, self._cards.some, "cards"))
            group.create_task(self._each(stop, _PRUNE_SECONDS, self._cards.sweep, "sweep"))
            group.create_task(self._each(stop, _TREND_SECONDS, self._trends.count, "trends"))
            group.create_task(self._each(stop, _TALLY_SECONDS, self.tally, "tally"))
            group.create_task(self._each(stop, _EXPIRE_SECONDS, self.expire, "expire"))
            group.create_task(self._each(stop, _PRUNE_SECONDS, self.prune, "prune"))
            group.create_task(self._each(stop, _PRUNE_SECONDS, self._practising.wipe, "practice"))
        await self._wanted.close()

    async def _each(
        self,
        stop: asyncio.Event,
        seconds: float,
        chore: Callable[[], Awaitable[int]],
        topic: str,
    ) -> None:
        """Do a chore again and again: at once while there is more, else when woken or in time."""
        with self._house.bus.listen(topic) as listener:
            while not stop.is_set():
                try:
                    more = await chore()
                except FediError as problem:
                    _logger.warning("%s: %s", topic, problem.sentence)
                    more = 0
                except Exception:
                    _logger.exception("%s failed and is tried again", topic)
                    more = 0
                if not more:
                    await _woken_or_stopped(listener.wait(seconds), stop)

    # -- large consequences

    async def spread(self) -> int:
        """Do one piece of one large consequence; 0 when there is none."""
        now = self._house.clock.now()
        one = await self._engine.write(
            lambda tx: chores.next_spread(tx, now=now, until=now + _LEASE_MS)
        )
        if one is None:
            return 0
        if one.kind in ("move-followers", "copy-followers"):
            await self._move_followers(one)
        elif one.kind == "narrow-followers":
            await self._narrow_followers(one)
        elif one.kind == "tell-again":
            await self._tell_again(one.target_id)
            await self._engine.write(lambda tx: chores.spread_done(tx, one.id))
        elif one.kind in KINDS:
            await self._notes.carry_out(one.kind, one.actor_id, one.target_id)
            await self._engine.write(lambda tx: chores.spread_done(tx, one.id))
        elif one.kind == "erase-actor":
            await self._engine.write(lambda tx: _erase_some(tx, one, now))
        else:
            await self._engine.write(lambda tx: _erase_revisions(tx, one))
        return 1

    async def _move_followers(self, one: Spreading) -> None:
        house = self._house
        followers = await self._engine.read(
            lambda tx: chores.local_followers(tx, one.actor_id, one.position)
        )
        if not followers:
            await self._engine.write(lambda tx: chores.spread_done(tx, one.id))
            return
        actors = await self._engine.read(
            lambda tx: house.performer.open(tx).actors_by_id(
                (*followers, one.actor_id, one.target_id)
            )
        )
        old, new = actors[one.actor_id], actors[one.target_id]
        for id in followers:
            follower = actors[id]
            if follower.id == new.id:
                continue
            follow = Acting(actor=follower, urls=house.urls, id=house.performer.new_id())
            await house.performer.perform(follow.follow(new), house.resolver)
            if old.local and new.local:
                await self._let_in(follower, new)
            if one.kind == "move-followers":
                await self._unfollow(follower, old)
        last = followers[-1]
        await self._engine.write(lambda tx: chores.spread_on(tx, one.id, last))

    async def _let_in(self, follower: Actor, new: Actor) -> None:
        """Accept who follows on from another of ours, also where followers are asked about: that
        one names the other."""
        house = self._house
        relation = await self._engine.read(
            lambda tx: house.performer.open(tx).relation(RelationKind.FOLLOW, follower.id, new.id)
        )
        if relation is not None and relation.state is RelationState.PENDING:
            acting = Acting(actor=new, urls=house.urls, id=house.performer.new_id())
            await house.performer.perform(acting.accept(relation, follower), house.resolver)

    async def _narrow_followers(self, one: Spreading) -> None:
        """Let those followers go who may not know of the actor any more (its exposure)."""
        house = self._house

        async def look(tx: Tx) -> tuple[Actor | None, list[tuple[Relation, Actor]], int]:
            store = house.performer.open(tx)
            actor = await store.actor_by_id(one.actor_id)
            found = await chores.remote_followers(tx, one.actor_id, one.position)
            gone = [
                pair
                for pair in found
                if actor is not None and not await may_know(store, actor, pair[1].host)
            ]
            return actor, gone, found[-1][1].id if found else 0

        actor, gone, last = await self._engine.read(look)
        if actor is None or not last:
            await self._engine.write(lambda tx: chores.spread_done(tx, one.id))
            return
        for relation, follower in gone:
            acting = Acting(actor=actor, urls=house.urls, id=house.performer.new_id())
            await house.performer.once(acting.reject(relation, follower))
        await self._engine.write(lambda tx: chores.spread_on(tx, one.id, last))

    async def _unfollow(self, follower: Actor, followed: Actor) -> None:
        house = self._house
        relation = await self._engine.read(
            lambda tx: house.performer.open(tx).relation(
                RelationKind.FOLLOW, follower.id, followed.id
            )
        )
        if relation is not None:
            acting = Acting(actor=follower, urls=house.urls, id=house.performer.new_id())
            await house.performer.perform(acting.unfollow(relation, followed), house.resolver)

    # -- polls

    async def end_polls(self) -> int:
        """Close the polls whose time has come, tell who voted, and send the last count."""
        now = self._house.clock.now()
        ended = await self._engine.read(lambda tx: chores.ended_polls(tx, now))
        for poll, post in ended:
            await self._end(poll, post)
        return len(ended)

    async def _end(self, poll: Poll, post: Post) -> None:
        performer = self._house.performer

        async def unit(tx: Tx) -> None:
            closed = Put(replace(poll, closed=poll.ends), replace=True)
            told = {*await chores.voters(tx, post.id)}
            if post.local:
                told.add(post.author_id)
            notes = [Notify(id, NotificationKind.POLL, post.author_id, post.id) for id in told]
            await performer.apply(tx, (closed, *notes))

        await self._engine.write(unit)
        if post.local and post.deleted is None:
            await self._tell_again(post.id)

    async def tally(self) -> int:
        """Send the counts of our polls that got votes since the last time, once a minute."""
        since, self._tallied = self._tallied, await self._engine.read(events.newest)
        for post_id in await self._engine.read(lambda tx: chores.voted_since(tx, since)):
            await self._tell_again(post_id)
        return 0

    async def _tell_again(self, post_id: int) -> None:
        """Send a post of ours as it now is: with its count, or the leave to quote."""
        house = self._house

        async def look(tx: Tx) -> Update | None:
            post = await house.performer.open(tx).post_by_id(post_id)
            if post is None or post.deleted is not None:
                return None
            around = (await surroundings(tx, [post]))[0]
            return Update(
                uri=house.urls.activity(house.performer.new_id()),
                actor=around.author.uri,
                note=note_of(post, around, house.urls),
                source=post.source,
            )

        update = await self._engine.read(look)
        if update is not None:
            await house.performer.once(update)

    async def tell_neighbours(self) -> int:
        """Tell the servers of closed groups' members of one another."""
        return await self._neighbours.tell()

    # -- what readers keep for themselves

    async def end_mutes(self) -> int:
        """End the mutes whose time is over."""
        now = self._house.clock.now()
        if not await self._engine.glance(lambda tx: acquaintances.any_mute_ends(tx, now)):
            return 0
        return await self._engine.write(lambda tx: acquaintances.end_mutes(tx, now))

    async def forget_reading(self) -> int:
        """Forget old Idempotency-Keys, stops that nobody answered, and the home timelines of who
        hasn't been here of late."""
        now = self._house.clock.now()
        keys = await self._engine.write(lambda tx: kept.forget_answers(tx, now))
        keys += await self._engine.write(lambda tx: stopped.forget(tx, now))
        keys += await self._engine.write(lambda tx: drafts.forget_ended(tx, now - KEPT_MS))
        keys += await self._engine.write(lambda tx: questions.forget_told(tx, now))
        return await self._engine.write(lambda tx: home.put_away(tx, now)) or keys

    # -- forgetting

    async def expire(self) -> int:
        """Give up some deliveries that have waited too long; 0 when there are none."""
        now = self._house.clock.now()
        return await self._engine.write(lambda tx: expire(tx, now))

    async def prune(self) -> int:
        """Forget some of what has been kept long enough; 0 when that was all."""
        now, days = self._house.clock.now(), self._house.config.inbox.seen_days
        more = await self._engine.write(lambda tx: arrivals.prune(tx, now=now, seen_days=days))
        await self._engine.write(lambda tx: retire_superseded(tx, now, GRACE_MS))
        more = await forget_some(self._engine, now) or more
        more = await self.forget_reading() or more
        files = await self._house.media.prune()
        return await self._engine.write(chores.trim_wanted) or more or files


def leavers_of(house: House) -> Leavers:
    """Return what lets people of a house leave."""
    config = house.config
    profiles = Profiles(house.performer, house.resolver, config.limits)
    return Leavers(profiles, config.retention, config.organisation.language)


async def _erase_revisions(tx: Tx, one: Spreading) -> None:
    await chores.erase_revisions(tx, one.target_id)
    await chores.spread_done(tx, one.id)


async def _erase_some(tx: Tx, one: Spreading, now: int) -> None:
    last = await chores.erase_posts(tx, one.actor_id, one.position, now)
    if last is not None:
        await chores.spread_on(tx, one.id, last)
        return
    if await chores.still_to_send(tx, one.actor_id):
        return  # its Delete must find the followers first; the lease runs out, and this comes again
    await chores.erase_relations(tx, one.actor_id, now)
    await chores.spread_done(tx, one.id)


async def _woken_or_stopped(woken: Awaitable[bool], stop: asyncio.Event) -> None:
    tasks = [asyncio.ensure_future(woken), asyncio.ensure_future(stop.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
