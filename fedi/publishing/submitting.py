"""What clients of ActivityPub hand in at an outbox, done: each verb by the rule that all obey.

A bare object is wrapped in a Create (ActivityPub section 6.2.1); ids, dates and authors that the
client gives are ours to set. Read by handed.py; notes are made ready by outbox/submitted.py.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from actors.activities import undo
from actors.activities.undo import Undo
from actors.effects import Need, Refusal
from actors.errors import Forbidden, Invalid, NotFound
from actors.handles import Handle
from actors.html import plain
from actors.people import Actor
from actors.posts import Media, Note, Post, Visibility
from actors.urls import Urls
from actors.verbs import Accept, Create, Flag, Reject
from actors.vocabulary import ACTOR_TYPES, POST_TYPES
from fedi.media.attachments import Attachments
from fedi.perform import Also
from fedi.publishing.acting import COMMENT_CHARACTERS, REPORTED_POSTS, Interacting
from fedi.publishing.cautioning import Stop
from fedi.publishing.doing import error_of
from fedi.publishing.enclosing import enclosed, take
from fedi.publishing.handed import (
    Document,
    Handed,
    addressed,
    own,
    own_target,
    without_hidden,
)
from fedi.publishing.profile import Changes, Profiles
from fedi.publishing.waiting import Aside, Keeper, Reads, both
from fedi.publishing.wishes import Draft
from fedi.store.reads import surroundings
from fedi.store.unit import UnitStore
from inbox import terms, values
from outbox import compose, submitted
from outbox.submitted import Said

Noted = Callable[[str], Also]
_ADDRESSING: Final = ("to", "cc", "audience")
_HANDLE: Final = re.compile(r"@[\w.-]+(?:@[\w.-]+)?")


@dataclass(frozen=True, slots=True)
class _Words:
    """A note that is to be published."""

    said: Said
    asked: Visibility
    parent: Post | None
    media: tuple[Media, ...]

    def draft(self) -> Draft:
        """Return it as one would type it, should it have to wait: in one language, and with those
        named whom it only addresses."""
        note, text = self.said.note, self.said.source
        written = {handle.casefold() for handle in _HANDLE.findall(text)}
        others = [
            handle
            for one in self.said.named
            if (handle := f"@{one.username}" + (f"@{one.domain}" if one.domain else "")).casefold()
            not in written
        ]
        question = note.question
        return Draft(
            text=" ".join((*others, text)),
            visibility=self.asked,
            person=self.said.person,
            summary=note.summary,
            sensitive=note.sensitive,
            language=note.language,
            reply_to=self.parent.uri if self.parent is not None else "",
            media=self.media,
            choices=tuple(one.title for one in question.options) if question is not None else (),
            multiple=question.multiple if question is not None else False,
            poll_ends=question.ends if question is not None else None,
            quote=note.quote,
        )

    def reads(self, urls: Urls) -> Reads:
        """Return how that reads."""
        named = {
            Handle(one.username, one.domain or None): compose.Mentioned(
                one.url or one.uri, one.uri, one.username, one.domain or urls.handle_domain
            )
            for one in self.said.named
        }
        html = compose.render(compose.scan(self.draft().text), named, urls.tag).html
        return Reads(html, tuple(one.uri for one in self.said.named))


@dataclass(frozen=True, slots=True)
class Submitting(Handed):
    """Does in the name of `actor` what a document says; `person` is who acts for it. Every method
    named after a verb returns the id of the activity it became, or of the one that stands.
    `media` is where files are taken from, where there are any."""

    media: Attachments | None = None

    async def submit(
        self,
        actor: Actor,
        person: int,
        document: Document,
        noted: Noted | None = None,
        aside: Aside | None = None,
    ) -> str:
        """Carry out one document. Invalid for what isn't understood, NotFound for what it is
        about where that isn't the actor's to see, Forbidden for another's. `noted` writes in the
        unit of a new post, by the id of its activity; `aside` goes with one that has to wait for
        approval: Waits then."""
        terms.check(document)
        own(document, "actor", actor)
        without_hidden(document)
        kinds = values.types(document)
        if not POST_TYPES.isdisjoint(kinds):
            kept = {name: document[name] for name in _ADDRESSING if name in document}
            document, kinds = {"type": "Create", "object": document, **kept}, ("Create",)
        if "Create" in kinds:
            return await self.create(actor, person, document, noted, aside)
        if "Move" in kinds:
            raise Forbidden(
                "An actor is moved by those who run this server (`fedi actor move`), not by an app."
            )
        done = next((_VERBS[kind] for kind in kinds if kind in _VERBS), None)
        if done is None:
            raise Invalid("This kind of activity can't be handed in here.", code="unsupported")
        return await done(self, actor, person, document)

    # -- posts

    async def create(
        self,
        actor: Actor,
        person: int,
        document: Document,
        noted: Noted | None = None,
        aside: Aside | None = None,
    ) -> str:
        """Publish a note with files of the actor's, or vote where it is a choice in a poll."""
        said, asked = await self.said(actor, person, document)
        attached = values.items(values.first(document.get("object")).get("attachment"))
        self.limits.check("The post", len(attached), self.limits.attachments, "pictures and files")
        files = enclosed(attached, self.performer.urls)
        parent = None
        if said.note.in_reply_to:
            parent = await self.visible(actor, said.note.in_reply_to)
            if said.note.name and not said.note.content:
                vote = self.act(actor, person).vote(parent, said.note.name)
                await self.perform(vote)
                return vote.uri
        self.check_note(said, asked)
        media = await take(self.media, actor, files) if self.media and files else ()
        try:
            stop = await self._stop_at(actor, person, said.note, media)
            words = _Words(said, asked, parent, media)
            keeper = Keeper(self.performer, actor, words.draft(), aside or Aside())
            with keeper.waits():
                return await self._published(words, stop, noted, keeper)
        except BaseException:
            if self.media is not None and media:
                await self.media.give_back(media)
            raise

    async def _published(
        self, words: _Words, stop: Stop, noted: Noted | None, keeper: Keeper
    ) -> str:
        def make() -> Create:
            create = submitted.create(
                words.said,
                words.asked,
                words.parent,
                id=self.performer.new_id(),
                now=self.performer.clock.now(),
                urls=self.performer.urls,
                media=words.media,
            )
            return replace(create, caution=stop.caution)

        def also(create: Create) -> Also:
            keeps = keeper.keeping(words.reads(self.performer.urls))
            if noted is not None:
                keeps = both(keeps, noted(create.uri))
            return stop.noting(keeps)

        made = await self.perform_fresh(make, also)
        return made.uri

    async def update(self, actor: Actor, person: int, document: Document) -> str:
        """Give a post of the actor's new words, or change how the actor itself looks."""
        inner = values.first(document.get("object"))
        if not isinstance(inner, dict):
            raise Invalid("An Update carries the object as it is to be.")
        if not ACTOR_TYPES.isdisjoint(values.types(inner)):
            return await self._looks(actor, person, inner)
        post = await self.own_post(actor, values.uri(inner.get("id")))
        said, _ = await self.said(actor, person, document)
        self.check_note(said, post.visibility)
        around = (await self.performer.engine.read(lambda tx: surroundings(tx, [post])))[0]
        update = submitted.update(
            said,
            post,
            around,
            id=self.performer.new_id(),
            now=self.performer.clock.now(),
            urls=self.performer.urls,
        )
        stop = await self._stop_at(actor, person, said.note, said.note.media)
        words = _Words(said, post.visibility, None, post.media)
        keeper = Keeper(self.performer, actor, words.draft(), Aside(edits=post))
        with keeper.waits():
            also = stop.noting(keeper.keeping(words.reads(self.performer.urls)))
            await self.perform(replace(update, caution=stop.caution), also)
        return update.uri

    async def _stop_at(
        self, actor: Actor, person: int, note: Note, media: tuple[Media, ...]
    ) -> Stop:
        """Return at what the author of a note is to be stopped before it goes outside."""
        choices = [option.title for option in note.question.options] if note.question else []
        texts = [plain(text) for text in (note.content, *note.content_map.values())]
        described = [one.description for one in media]
        return await self.stop(actor, person, *texts, note.summary, *choices, *described)

    async def remove(self, actor: Actor, person: int, document: Document) -> str:
        """Delete: take back a post of the actor's own. An actor is ended on its pages alone."""
        uri = values.uri(document.get("object"))
        if uri == actor.uri:
            raise Forbidden("An actor isn't ended by an app, but by those who manage it.")
        act = self.act(actor, person).remove(await self.own_post(actor, uri))
        await self.perform(act)
        return act.uri

    async def announce(self, actor: Actor, person: int, document: Document) -> str:
        """Share a post, never wider than it is."""
        post = await self.visible(actor, values.uri(document.get("object")))
        to, cc = addressed(document)
        asked = submitted.asked_for(to, cc, actor, self.performer.urls)
        if not (to or cc):
            asked = Visibility.PUBLIC
        boost = await self._acts().boost(actor, post, asked, person=person)
        return boost.uri

    async def like(self, actor: Actor, person: int, document: Document) -> str:
        """Like a post, or react to it with the emoji in `content`."""
        post = await self.visible(actor, values.uri(document.get("object")))
        content = values.line(document.get("content"), 64)
        reaction = await self._acts().like(actor, post, content, person=person)
        return reaction.uri

    async def add(self, actor: Actor, person: int, document: Document) -> str:
        """Feature a post of the actor's own; `target` is its collection for that, or left out."""
        own_target(document, actor)
        post = await self.own_post(actor, values.uri(document.get("object")))
        act = self.act(actor, person).pin(post)
        await self.perform(act)
        return act.uri

    async def take_out(self, actor: Actor, person: int, document: Document) -> str:
        """Remove: feature a post of the actor's own no more."""
        own_target(document, actor)
        post = await self.own_post(actor, values.uri(document.get("object")))
        act = self.act(actor, person).unpin(post)
        await self.perform(act)
        return act.uri

    # -- others

    async def follow(self, actor: Actor, person: int, document: Document) -> str:
        """Ask to follow somebody."""
        other = await self.known(values.uri(document.get("object")))
        return (await self._acts().follow(actor, other, person=person)).uri

    async def block(self, actor: Actor, person: int, document: Document) -> str:
        """Have nothing to do with somebody."""
        other = await self.known(values.uri(document.get("object")))
        return (await self._acts().block(actor, other, person=person)).uri

    async def accept(self, actor: Actor, person: int, document: Document) -> str:
        """Let somebody follow who has asked to, named by their Follow or its id."""
        uri, follower = await self.asked(actor, document)
        act = self.act(actor, person)
        await self.perform(
            Accept(uri=act.uri, actor=actor.uri, object=uri, follower=follower, person=person)
        )
        return act.uri

    async def reject(self, actor: Actor, person: int, document: Document) -> str:
        """Let somebody not follow, or follow no more."""
        uri, follower = await self.asked(actor, document)
        act = self.act(actor, person)
        await self.perform(
            Reject(uri=act.uri, actor=actor.uri, object=uri, follower=follower, person=person)
        )
        return act.uri

    async def undo(self, actor: Actor, person: int, document: Document) -> str:
        """Take back a Follow, Like, Announce or Block of the actor's own, named by its id or by
        what it was about."""
        inner = values.first(document.get("object"))
        kind = target = content = ""
        if isinstance(inner, dict):
            own(inner, "actor", actor)
            kind = next((one for one in values.types(inner) if one in _UNDONE), "")
            target = values.uri(inner.get("object"))
            content = values.line(inner.get("content"), 64)
        act = self.act(actor, person)
        wanted = Undo(
            uri=act.uri,
            actor=actor.uri,
            object=values.uri(inner),
            kind=kind,
            target=target,
            content=content,
            person=person,
        )

        async def stands(store: UnitStore) -> bool:
            facts = await undo.gather(store, wanted)
            if isinstance(facts, Refusal):
                raise error_of(facts)
            return not isinstance(facts, Need) and facts.found is not None

        if not await self.look(stands):
            raise NotFound("There is nothing of yours to undo.")
        await self.perform(wanted)
        return wanted.uri

    async def flag(self, actor: Actor, person: int, document: Document) -> str:
        """Report somebody, and perhaps posts of theirs, to those who keep order here."""
        objects = values.uris(document.get("object"), REPORTED_POSTS + 2)
        comment = plain(values.text(document.get("content"), 20_000))
        self.limits.check("The comment", len(comment), COMMENT_CHARACTERS, "characters")
        self.limits.check("The report", len(objects), REPORTED_POSTS + 1, "objects")
        about: list[str] = []
        for uri in objects:
            known = await self.look(lambda store, uri=uri: store.actor(uri))  # type: ignore[misc]
            about.append(known.uri if known is not None else (await self.visible(actor, uri)).uri)
        act = self.act(actor, person)
        await self.perform(
            Flag(uri=act.uri, actor=actor.uri, objects=tuple(about), content=comment, person=person)
        )
        return act.uri

    async def _looks(self, actor: Actor, person: int, inner: Document) -> str:
        """Change how the actor looks: what the document names of name, summary, fields, flags."""
        if values.uri(inner.get("id")) != actor.uri:
            raise Forbidden("Only itself can an actor change.")
        fields = [
            (values.line(one.get("name"), 500), plain(values.text(one.get("value"), 4_000)))
            for one in values.items(inner.get("attachment"))
            if isinstance(one, dict) and "PropertyValue" in values.types(one)
        ]
        changes = Changes(
            name=values.line(inner.get("name"), 4_000) if "name" in inner else None,
            summary=plain(values.text(inner.get("summary"), 50_000))
            if "summary" in inner
            else None,
            fields=tuple(fields) if "attachment" in inner else None,
            locked=_flag(inner, "manuallyApprovesFollowers"),
            discoverable=_flag(inner, "discoverable"),
            indexable=_flag(inner, "indexable"),
        )
        profiles = Profiles(self.performer, self.resolver, self.limits)
        await profiles.edit(actor, changes, person=person)
        return actor.uri

    def _acts(self) -> Interacting:
        return Interacting(self.performer, self.resolver, self.limits)


_VERBS: Final = {
    "Update": Submitting.update,
    "Delete": Submitting.remove,
    "Announce": Submitting.announce,
    "Like": Submitting.like,
    "EmojiReact": Submitting.like,
    "Add": Submitting.add,
    "Remove": Submitting.take_out,
    "Follow": Submitting.follow,
    "Block": Submitting.block,
    "Accept": Submitting.accept,
    "Reject": Submitting.reject,
    "Undo": Submitting.undo,
    "Flag": Submitting.flag,
}
_UNDONE: Final = frozenset({"Follow", "Like", "EmojiReact", "Announce", "Block"})


def _flag(document: Document, term: str) -> bool | None:
    return values.flag(document[term]) if term in document else None
