"""Who would get a post, before it is one: the verb's own rule is asked, and nothing is done.

The rule (actors/activities/create.py) gathers and decides as it would for the post itself; from
its effects stand here how wide the post is, whom it is put before and where it is sent. Nothing is
fetched for it: a handle that nobody here has met is told as unknown. In words: spelling.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from actors.activities import create
from actors.audience import leaves_the_house
from actors.effects import Effect, Need, Put, Refusal, Send
from actors.errors import NotFound
from actors.handles import Handle
from actors.people import Actor, ActorKind, Exposure
from actors.posts import Addressee, Post, Visibility
from actors.verbs import Announce, Create
from fedi.publishing.doing import error_of
from fedi.publishing.wishes import Draft
from fedi.publishing.writing import Writing
from fedi.store import audiences
from fedi.store.audiences import Circle
from fedi.store.engine import Tx
from outbox import compose
from outbox.publish import publish

_OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)
_EVERYONE = (*_OPEN, Visibility.INTERNAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Who would get a post. `people` are those here; `outside` counts actors by their host; the
    `unknown` are handles that nobody here has met. `groups` have the number of their members."""

    author: Actor
    asked: Visibility
    visibility: Visibility
    answers: bool
    people: int = 0
    outside: dict[str, int] = field(default_factory=dict)
    mentioned: tuple[Actor, ...] = ()
    groups: tuple[tuple[Actor, int], ...] = ()
    unknown: tuple[Handle, ...] = ()

    @property
    def followers(self) -> int:
        """Return how many elsewhere it is sent to."""
        return sum(self.outside.values())

    @property
    def on_the_web(self) -> bool:
        """Return whether anybody may read it, followers or not."""
        return self.visibility in _OPEN and self.author.exposure is Exposure.OPEN

    @property
    def leaves(self) -> bool:
        """Return whether it may be read anywhere but here."""
        return self.on_the_web or bool(self.outside) or self._might

    @property
    def _might(self) -> bool:
        inside = self.author.exposure is Exposure.INTERNAL
        return self.visibility in (*_OPEN, Visibility.FOLLOWERS) and not inside


class Foreseeing(Writing):
    """Tells who would get what an actor of ours is about to say."""

    __slots__ = ()

    async def foresee(self, author: Actor, draft: Draft) -> Foreseen:
        """Return who would get this. Raises what saying it would, but neither stops it for what
        is in it nor for whom it has to wait."""
        draft = draft if draft.text.strip() else replace(draft, text="\N{HORIZONTAL ELLIPSIS}")
        handles = self._handles(draft.text)
        intent = await self._intent(author, draft)
        performer = self.performer

        async def look(tx: Tx) -> Foreseen:
            resolved = await audiences.known(tx, tuple(handles.values()))
            known = {one: resolved[own] for one, own in handles.items() if own in resolved}
            asked = publish(
                intent,
                id=performer.new_id(),
                now=performer.clock.now(),
                resolved=known,
                urls=performer.urls,
            )
            effects = await self._decided(tx, asked)
            # Of a handle of ours nothing is said: it may be a secret group's.
            unknown = tuple(
                one
                for one, own in handles.items()
                if own.domain is not None and (one not in known or known[one].secret)
            )
            begun = Foreseen(
                author=author,
                asked=draft.visibility,
                visibility=draft.visibility,
                answers=intent.parent is not None,
                unknown=unknown,
            )
            return await self._counted(tx, author, effects, begun)

        return await performer.engine.read(look)

    def _handles(self, text: str) -> dict[Handle, Handle]:
        """Return the handles in a text, and each as those of ours are kept: without a domain."""
        urls = self.performer.urls
        ours = {urls.handle_domain.lower(), urls.authority.lower()}
        found = compose.scan(text).handles[: self.limits.mentions]
        return {
            one: Handle(one.username, None)
            if one.domain is None or one.domain.lower() in ours
            else one
            for one in found
        }

    async def _decided(self, tx: Tx, asked: Create) -> list[Effect]:
        """Return every effect that the rule would have, those under others too."""
        store = self.performer.open(tx)
        facts = await create.gather(store, replace(asked, meant=True))
        if isinstance(facts, Refusal):
            raise error_of(facts)
        if isinstance(facts, Need):
            raise NotFound("There is no such post to answer.")
        decision = create.decide(replace(facts, waits=False))
        if isinstance(decision, Refusal):
            raise error_of(decision)
        return list(_all(() if isinstance(decision, Need) else tuple(decision)))

    async def _counted(
        self, tx: Tx, author: Actor, effects: list[Effect], foreseen: Foreseen
    ) -> Foreseen:
        rows = [one.row for one in effects if isinstance(one, Put)]
        post = next(row for row in rows if isinstance(row, Post))
        ids = dict.fromkeys(row.actor_id for row in rows if isinstance(row, Addressee))
        found = await self.performer.open(tx).actors_by_id(tuple(ids))
        addressed = [found[id] for id in ids if id in found]
        groups = [one for one in addressed if one.kind is ActorKind.GROUP]
        followed: tuple[int, ...] = ()
        if post.visibility is Visibility.FOLLOWERS:
            followed = (author.id,)
        if post.visibility is Visibility.GROUP:
            followed = tuple(group.id for group in groups)
        circle = Circle(author=author.id, actors=tuple(ids), followers_of=followed)
        counted = await audiences.members(tx, [group.id for group in groups])
        return replace(
            foreseen,
            visibility=post.visibility,
            people=await audiences.people(
                tx, circle, post.published, everyone=post.visibility in _EVERYONE
            ),
            outside=await _outside(tx, effects, (author, *groups)),
            mentioned=tuple(one for one in addressed if one not in groups and one.id != author.id),
            groups=tuple((group, counted[group.id]) for group in groups),
            unknown=_unmet(foreseen.unknown, addressed)
            if leaves_the_house(post.visibility)
            else (),
        )


async def _outside(tx: Tx, effects: Sequence[Effect], senders: Sequence[Actor]) -> dict[str, int]:
    """Return how many elsewhere get the post from its author, or from a group that tells of it;
    who gets it from both is there once for their server."""
    counted: dict[str, int] = {}
    for sender in senders:
        sent = [
            one.recipients
            for one in effects
            if isinstance(one, Send)
            and one.actor_id == sender.id
            and isinstance(one.activity, Create | Announce)
        ]
        if sender.exposure is Exposure.INTERNAL:
            continue
        only_allowed = sender.exposure is Exposure.ALLOWED
        found = await audiences.outside(tx, sender.id, sent, only_allowed=only_allowed)
        counted |= {host: max(n, counted.get(host, 0)) for host, n in found.items()}
    return counted


def _unmet(unknown: Sequence[Handle], addressed: Sequence[Actor]) -> tuple[Handle, ...]:
    met = {(one.username.lower(), one.domain) for one in addressed}
    return tuple(one for one in unknown if (one.username.lower(), one.domain) not in met)


def _all(effects: tuple[Effect, ...]) -> Iterator[Effect]:
    for one in effects:
        yield one
        yield from _all(getattr(one, "then", ()))
