"""What a client of ActivityPub handed in, read: the note and its audience, whom and what it names.

The same reader as for what arrives (inbox/parse.py) makes the record, so HTML is cleaned there.
What the actor may not see is as what never was (security.md S19); another's name in a document
is refused, ids and dates are passed over. Next: submitting.py, which does what was said.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from actors.errors import FediError, Forbidden, Invalid, NotFound
from actors.html import plain
from actors.people import Actor
from actors.posts import Note, Post, Visibility
from actors.relationships import RelationKind
from actors.vocabulary import NOTE_TYPES, PUBLIC
from fedi.publishing.wishes import Draft
from fedi.publishing.writing import RESOLVE_SECONDS, Writing
from fedi.store.engine import Tx
from fedi.store.unit import UnitStore
from inbox import parse, values
from inbox.parse_note import recipients
from outbox import compose, submitted
from outbox.submitted import Said

Document = Mapping[str, Any]

_HIDDEN: Final = ("bto", "bcc")
_NO_POST: Final = "There is no such post."
_NO_ACTOR: Final = "There is no such actor."


class Handed(Writing):
    """Reads documents in the name of one of our actors."""

    __slots__ = ()

    async def said(self, actor: Actor, person: int, document: Document) -> tuple[Said, Visibility]:
        """Return the note of a Create or Update, and the audience that it asks for."""
        inner = values.first(document.get("object"))
        if not isinstance(inner, dict):
            raise Invalid("The note itself must be in the activity.")
        if NOTE_TYPES.isdisjoint(values.types(inner)):
            raise Invalid("Notes and questions can be handed in.", code="unsupported_object")
        own(inner, "attributedTo", actor)
        own(inner, "actor", actor)
        without_hidden(inner)
        urls = self.performer.urls
        ours = {"id": urls.post(self.performer.new_id()), "attributedTo": actor.uri}
        note = parse.note({**inner, **ours, "actor": None}, urls)
        note, source = await self._worded(note, inner)
        to, cc = (_merged(one, two) for one, two in zip(
            addressed(document), addressed(inner), strict=True))  # fmt: skip
        named = await self.named(actor, (*to, *cc, *(one.href for one in note.mentions)))
        said = Said(note=note, author=actor, person=person, named=named, source=source)
        return said, submitted.asked_for(to, cc, actor, urls)

    async def _worded(self, note: Note, inner: Document) -> tuple[Note, str]:
        """Return a note with its text as written: what `source` says, else its HTML as text."""
        source = inner.get("source")
        written = values.text(source.get("content"), 100_000) if isinstance(source, dict) else ""
        if note.content or not written:
            return note, written or plain(note.content)
        html = compose.render(compose.scan(written), {}, self.performer.urls.tag).html
        return replace(note, content=html), written

    async def named(self, actor: Actor, uris: Iterable[str]) -> tuple[Actor, ...]:
        """Return whom addresses name, as far as three seconds tell; NotFound for one who isn't."""
        house = f"{self.performer.urls.application()}/followers"
        wanted = dict.fromkeys(uris)
        for nobody in (PUBLIC, house, actor.uri, actor.followers):
            wanted.pop(nobody, None)
        self.limits.check("The post", len(wanted), self.limits.mentions, "recipients")
        tasks = [asyncio.ensure_future(self.known(uri)) for uri in wanted]
        if not tasks:
            return ()
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = tuple(await asyncio.gather(*tasks))
        except TimeoutError:
            raise Invalid("Someone whom the post names can't be found now.") from None
        finally:
            for task in tasks:
                task.cancel()
        if actor.guest or any(one.secret for one in found):
            seen = [await self.look(lambda store, one=one: store.may_know(one, actor))  # type: ignore[misc]
                    for one in found]  # fmt: skip
            if not all(seen):
                raise NotFound("There is no such actor.")
        return found

    def check_note(self, said: Said, visibility: Visibility) -> None:
        """Refuse what is beyond the limits that posts have."""
        question, ends = said.note.question, None
        choices: Sequence[str] = ()
        if question is not None:
            choices, ends = [option.title for option in question.options], question.ends
            if ends is None or ends <= self.performer.clock.now():
                raise Invalid("A poll needs an endTime that lies ahead.")
        text, summary = plain(said.note.content), said.note.summary
        for words in (text, *map(plain, said.note.content_map.values())):
            self.check(
                Draft(text=words, visibility=visibility, summary=summary, choices=tuple(choices))
            )

    # -- finding

    async def visible(self, actor: Actor, uri: str) -> Post:
        """Return a post that the actor may see; one it may not is as one that never was."""
        if not uri:
            raise Invalid("The activity names no object.")
        try:
            post = await self.resolver.post(uri)
        except FediError as problem:
            raise NotFound(_NO_POST, detail=problem.sentence) from None
        if post.deleted is not None or not await self.look(lambda s: s.may_see(post, actor)):
            raise NotFound(_NO_POST)
        return post

    async def own_post(self, actor: Actor, uri: str) -> Post:
        """Return a post of the actor's own; another's is as one that never was."""

        async def mine(tx: Tx) -> Post | None:
            found = await self.performer.open(tx).post(uri)
            mine = found is not None and found.author_id == actor.id and found.boost_of is None
            return found if mine and found is not None and found.deleted is None else None

        post = await self.performer.engine.glance(mine)
        if post is None:
            raise NotFound(_NO_POST)
        return post

    async def known(self, uri: str) -> Actor:
        """Return an actor, fetched where it is unknown; NotFound for one who isn't or is gone."""
        if not uri:
            raise Invalid("The activity names no object.")
        try:
            found = await self.resolver.actor(uri)
        except FediError as problem:
            raise NotFound(_NO_ACTOR, detail=problem.sentence) from None
        if found.gone:
            raise NotFound(_NO_ACTOR)
        return found

    async def asked(self, actor: Actor, document: Document) -> tuple[str, str]:
        """Return (id of a Follow, who asked) of an Accept or Reject."""
        inner = values.first(document.get("object"))
        asker = values.uri(inner.get("actor")) if isinstance(inner, dict) else ""
        uri = values.uri(inner)

        async def look(store: UnitStore) -> tuple[str, str]:
            follower = await store.actor(asker) if asker else None
            if follower is not None:
                found = await store.relation(RelationKind.FOLLOW, follower.id, actor.id)
            else:
                found = await store.relation_by_uri(uri) if uri else None
            if found is None or found.target_id != actor.id:
                raise NotFound("There is no such request to follow.")
            by = await store.actor_by_id(found.source_id)
            return found.uri, by.uri if by is not None else ""

        return await self.look(look)


def without_hidden(document: Document) -> None:
    """Refuse recipients whom the others aren't to know of: what is sent names everyone."""
    if any(values.items(document.get(name)) for name in _HIDDEN):
        raise Invalid("Hidden recipients (bto, bcc) can't be kept from the others here.")


def own(document: Document, term: str, actor: Actor) -> None:
    """Refuse a document that says it is by another."""
    named = values.items(document.get(term))
    if named and values.uris(named, len(named)) != (actor.uri,):
        raise Forbidden("The document is in another's name.")


def own_target(document: Document, actor: Actor) -> None:
    """Refuse an Add or Remove whose `target` is not the actor's featured posts."""
    named = values.items(document.get("target"))
    if named and values.uri(named) != actor.featured:
        raise Forbidden("Only an actor's own featured posts can be changed.")


def addressed(document: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (to, cc), `audience` among the latter."""
    to, cc = (values.items(document.get(name)) for name in ("to", "cc"))
    more = values.items(document.get("audience"))
    return recipients({"to": to, "cc": [*cc, *more]})


def _merged(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
