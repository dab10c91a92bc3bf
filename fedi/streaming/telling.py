"""From an event to messages: who listening is to hear of it, and what each of them reads.

Who may see a post is asked for all at once (fedi/store/streaming.py). Most see the same, so it is
written once for each group that sees the same of what stands beside it (what it answers, quotes or
boosts), by the renderer that pages are made with, and by itself only for those to whom it looks
different. The cost does not grow with the number of connections, but for the sending itself.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from actors import ids
from actors.audience import LocalActor, Nobody, Viewer
from fedi.mastodon.rendering import Renderer
from fedi.store import streaming
from fedi.store.engine import Engine, Tx
from fedi.store.events import Event
from fedi.store.streaming import Told
from fedi.streaming import apart
from fedi.streaming.audience import Audience, Heard, Sending, actors_of, sendings
from fedi.streaming.listener import Listener
from fedi.streaming.message import Message, id_of
from fedi.streaming.streams import DIRECT, NOTIFICATIONS, USER, Stream

_UPDATES: Final = {"post": "update", "edit": "status.update"}
_LISTED: Final = frozenset({"public", "internal"})
_TAGGED: Final = frozenset({"public", "internal", "unlisted"})
_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Plan:
    """Who hears of a post where. `group` says what of the posts beside it each actor sees; those
    in `own` see it in their own way."""

    heard: list[Heard]
    own: set[int] = field(default_factory=set)
    group: dict[int, frozenset[int]] = field(default_factory=dict)


class Telling:
    """Makes messages of events, for one process. `epoch` says which table of events they are of."""

    def __init__(self, engine: Engine, renderer: Renderer, now: Callable[[], int]) -> None:
        self._engine = engine
        self._renderer = renderer
        self._now = now
        self.epoch = ""
        self._streams: OrderedDict[int, tuple[Stream, ...]] = OrderedDict()

    async def messages(self, event: Event, audience: Audience) -> list[Sending]:
        """Return what is to be sent because of an event."""
        match event.kind:
            case "post" | "edit":
                return await self._post(event, audience)
            case "delete":
                return await self._delete(event, audience)
            case "notification":
                return await self._notification(event, audience)
        return []

    def message(self, name: str, payload: bytes | None, event: Event) -> Message:
        """Return what an event says, known by its place."""
        return Message(name, payload, id_of(self.epoch, event.place))

    # -- a post

    async def _post(self, event: Event, audience: Audience) -> list[Sending]:
        told = await self._engine.glance(lambda tx: streaming.told(tx, event.subject_id))
        if told is None or told.deleted:
            return []
        self._remember(told)
        heard = await self._hearers(told, event, audience)
        sent = await self._shown(told, heard, event) if heard else []
        if told.visibility == "direct" and event.kind == "post":
            sent += await self._conversation(told, event, audience)
        return sent

    async def _shown(self, told: Told, heard: list[Heard], event: Event) -> list[Sending]:
        plan = await self._engine.read(lambda tx: self._plan(tx, told, heard))
        texts = await self._engine.glance(lambda tx: self._written(tx, plan, told.id))
        name = _UPDATES[event.kind]
        made = {key: self.message(name, text, event) for key, text in texts.items()}
        keyed = [(one, _key(plan, *one)) for one in heard]
        return [sent for one, key in keyed if key in made for sent in sendings([one], made[key])]

    async def _plan(self, tx: Tx, told: Told, heard: list[Heard]) -> _Plan:
        plan, actors = _Plan(heard), actors_of(heard)
        plan.own = await streaming.involved(tx, told.proper, actors)
        plan.group = await streaming.seen_beside(tx, told.beside, actors - plan.own)
        return plan

    async def _hearers(
        self, told: Told, event: Event, audience: Audience, *, gone: bool = False
    ) -> list[Heard]:
        """Return who hears of a post on which stream: on public ones whoever may see it and wants
        to, at home whoever has it there, on lists as their timelines have it."""
        streams = dict.fromkeys(_streams(told))
        if gone:
            streams |= dict.fromkeys(self._streams.get(told.id, ()))
        public = [(one, stream) for stream in streams for one in audience.hearing(stream, event)]
        home = [(one, USER) for one in audience.hearing(USER, event)]
        lists = audience.lists(event)
        if not public and not home and not lists:
            return []
        inside, reading = actors_of(public), actors_of(home)
        outside = any(one.actor_id is None for one, _ in public)
        numbers = {int(stream.key) for _, stream in lists}
        groups = {(int(s.key), one.actor_id) for one, s in lists if one.actor_id is not None}

        async def query(tx: Tx) -> tuple[set[int], set[int], set[int], set[tuple[int, int]], bool]:
            return (
                await streaming.wanting(tx, told.id, inside, even_deleted=gone),
                await streaming.at_home(tx, told.id, reading, even_deleted=gone),
                await streaming.on_lists(tx, told.id, numbers, even_deleted=gone),
                await streaming.in_groups(tx, told.id, groups, even_deleted=gone),
                outside and await streaming.is_open(tx, told.id, even_deleted=gone),
            )

        wanting, at_home, on_lists, in_groups, opened = await self._engine.read(query)
        heard = [
            (one, stream)
            for one, stream in public
            if (opened if one.actor_id is None else one.actor_id in wanting)
        ]
        heard += [(one, stream) for one, stream in home if one.actor_id in at_home]
        return heard + [
            (one, stream)
            for one, stream in lists
            if int(stream.key) in on_lists or (int(stream.key), one.actor_id) in in_groups
        ]

    async def _written(self, tx: Tx, plan: _Plan, post_id: int) -> dict[tuple[object, ...], bytes]:
        texts: dict[tuple[object, ...], bytes] = {}
        tried: set[tuple[object, ...]] = set()
        for listener, stream in plan.heard:
            key = _key(plan, listener, stream)
            if key in tried:
                continue
            tried.add(key)
            me = listener.actor_id
            viewer: Viewer = Nobody() if me is None else LocalActor(me)
            context = _context(stream) if me in plan.own else ""
            found = await self._renderer.statuses(tx, [post_id], viewer, context=context)
            if found:
                texts[key] = found[0]
        return texts

    async def _delete(self, event: Event, audience: Audience) -> list[Sending]:
        told = await self._engine.glance(lambda tx: streaming.told(tx, event.subject_id))
        if told is not None:
            heard = await self._hearers(told, event, audience, gone=True)
        else:
            heard = [(one, USER) for one in audience.hearing(USER, event)]
            actors, author = actors_of(heard), event.actor_id
            known = await self._engine.read(lambda tx: streaming.following(tx, author, actors))
            heard = [(one, stream) for one, stream in heard if one.actor_id in known]
        self._streams.pop(event.subject_id, None)
        return sendings(heard, self.message("delete", ids.text(event.subject_id).encode(), event))

    def _remember(self, told: Told) -> None:
        """Keep where a post was told of: once it is deleted, its hashtags are gone."""
        self._streams[told.id] = _streams(told)
        self._streams.move_to_end(told.id)
        if len(self._streams) > _REMEMBERED:
            self._streams.popitem(last=False)

    # -- what is for one actor alone

    async def _notification(self, event: Event, audience: Audience) -> list[Sending]:
        heard = [
            (one, stream)
            for stream in (USER, NOTIFICATIONS)
            for one in audience.hearing(stream, event)
            if one.actor_id == event.recipient_id and one.notifications
        ]
        if not heard:
            return []
        text = await self._engine.glance(
            lambda tx: apart.notification(
                tx, self._renderer, event.recipient_id or 0, event.subject_id, self._now()
            )
        )
        return [] if text is None else sendings(heard, self.message("notification", text, event))

    async def _conversation(self, told: Told, event: Event, audience: Audience) -> list[Sending]:
        direct = [(one, DIRECT) for one in audience.hearing(DIRECT, event)]
        actors = actors_of(direct)
        if not actors:
            return []
        taking = await self._engine.read(lambda tx: streaming.in_conversation(tx, told.id, actors))
        sent: list[Sending] = []
        for actor in sorted(taking):
            text = await self._engine.read(
                lambda tx, me=actor: apart.conversation(tx, self._renderer, me, told.id)  # type: ignore[misc]
            )
            if text is not None:
                mine = [heard for heard in direct if heard[0].actor_id == actor]
                sent += sendings(mine, self.message("conversation", text, event))
        return sent


def _streams(told: Told) -> tuple[Stream, ...]:
    """Return the public streams of a post, by the rules of the timelines of the same names."""
    names: list[Stream] = []
    where = "local" if told.local else "remote"
    if not told.boost and not told.answers and told.visibility in _LISTED:
        names += [Stream("public"), Stream(f"public:{where}")]
        if told.media:
            names += [Stream("public:media"), Stream(f"public:{where}:media")]
    if not told.boost and told.visibility in _TAGGED:
        names += [Stream("hashtag", tag) for tag in told.tags]
        if told.local:
            names += [Stream("hashtag:local", tag) for tag in told.tags]
    return tuple(names)


def _key(plan: _Plan, listener: Listener, stream: Stream) -> tuple[object, ...]:
    """Return by what those are told apart who read different texts."""
    me = listener.actor_id
    if me is None:
        return ("nobody",)
    if me in plan.own:
        return (me, _context(stream))
    return ("inside", plan.group.get(me, frozenset()))


def _context(stream: Stream) -> str:
    """Return the context in which a reader's filters are asked."""
    return "home" if stream.name in ("user", "list") else "public"
