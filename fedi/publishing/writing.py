"""From what somebody wants to say to the activity that says it, done: text, handles, parent, poll.

Handles are resolved before the unit opens, three seconds in all; one that can't be had stays
plain text. Whether it may be said is decided by the verb's rule (actors/activities/create.py).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from actors.access import saying
from actors.audience import narrowed, viewer_of
from actors.cautions import stop as halt
from actors.effects import Done, Refusal
from actors.errors import FediError, Invalid, NotFound
from actors.handles import Handle
from actors.people import Actor
from actors.posts import Media, Option, Poll, Post, Question, Quotable, Quote, Visibility
from actors.quoting import policy_of
from actors.verbs import Create, Update
from fedi.perform import Also
from fedi.publishing.cautioning import GO, Stop
from fedi.publishing.doing import Doing, error_of
from fedi.publishing.waiting import Aside, Keeper, Reads, both
from fedi.publishing.wishes import Draft
from fedi.store.engine import Tx
from fedi.store.kept import preferences
from fedi.store.knowing import known_among
from fedi.store.reads import surroundings
from fedi.store.unit import UnitStore
from outbox import compose
from outbox.objects.record import note_of
from outbox.publish import Edited, Intent, Parent, edit, publish

RESOLVE_SECONDS: Final = 3.0
Beside = Callable[[UnitStore, Post], Awaitable[None]]
"""Writes what belongs to a new post, in its unit."""


class Writing(Doing):
    """Says things in the name of our actors."""

    __slots__ = ()

    async def publish(
        self,
        author: Actor,
        draft: Draft,
        beside: Beside | None = None,
        aside: Aside | None = None,
    ) -> Post:
        """Publish, and return the post as it is kept once it is durable; `beside` writes in the
        same unit, and undoes all of it by raising.

        Waits where it has to be approved first: it is a draft then, with what `aside` says of it.
        Invalid for what can't be published, NotFound where the parent isn't the author's to see.
        """
        self.check(draft)
        intent = await self._intent(author, draft)
        resolved = await self.mentioned(author, draft.text)
        stop = await self._stop(author, draft)

        def make() -> Create:
            create = publish(
                intent,
                id=self.performer.new_id(),
                now=self.performer.clock.now(),
                resolved=resolved,
                urls=self.performer.urls,
            )
            return replace(
                create,
                caution=stop.caution,
                approval=draft.approval,
                meant=draft.looked_at,
            )

        made: dict[str, Post] = {}
        keeper = Keeper(self.performer, author, draft, aside or Aside())

        def also(create: Create) -> Also:
            keeps = keeper.keeping(Reads.of(create.note))
            return stop.noting(both(keeps, _beside(create.note.uri, beside, made)))

        with keeper.waits():
            create = await self.perform_fresh(make, also)
        return made.get(create.note.uri) or await self._kept(create.note.uri)

    async def edit(
        self,
        author: Actor,
        post: Post,
        draft: Draft,
        *,
        media: tuple[Media, ...] | None = None,
        beside: Beside | None = None,
        aside: Aside | None = None,
    ) -> Post:
        """Give a post of the author's new words; audience and place stay, and its files and poll
        unless `media` or other choices are given. Waits as `publish` does."""
        self.check(draft)
        around = (await self.performer.engine.read(lambda tx: surroundings(tx, [post])))[0]
        intent = Intent(
            author=author,
            person=draft.person,
            text=draft.text,
            visibility=post.visibility,
            summary=draft.summary,
            sensitive=draft.sensitive,
            language=draft.language or post.language,
            media=post.media if media is None else media,
            poll=_question_after(around.poll, draft),
            quote=post.quote,
        )
        update = edit(
            Edited(post=post, around=around),
            intent,
            id=self.performer.new_id(),
            now=self.performer.clock.now(),
            resolved=await self.mentioned(author, draft.text),
            urls=self.performer.urls,
        )
        described = replace(draft, media=post.media if media is None else media)
        stop = await self._stop(author, draft if media is None else described)
        keeper = Keeper(self.performer, author, described, replace(aside or Aside(), edits=post))
        keeps = keeper.keeping(Reads.of(update.note))
        also = stop.noting(both(keeps, _beside(post.uri, beside, {})))
        update = replace(update, caution=stop.caution, approval=draft.approval)
        with keeper.waits():
            await self.perform(update, also)
        return await self._kept(post.uri)

    async def waits(self, author: Actor, person: int | None) -> bool:
        """Return whether what a person says as this actor has to be approved first; Forbidden
        where they may not even draft for it."""
        speaker = await self.look(lambda store: saying(store, author.uri, person, None))
        if isinstance(speaker, Refusal):
            raise error_of(speaker)
        return isinstance(speaker, tuple) and speaker[1]

    async def reads(self, author: Actor, draft: Draft) -> Reads:
        """Return how a draft would read; Invalid for what is beyond the limits or says nothing."""
        self.check(draft)
        create = publish(
            await self._intent(author, draft),
            id=self.performer.new_id(),
            now=self.performer.clock.now(),
            resolved=await self.mentioned(author, draft.text),
            urls=self.performer.urls,
        )
        return Reads.of(create.note)

    async def look_at(self, author: Actor, person: int | None, draft: Draft) -> None:
        """Stop who puts off what should perhaps not go outside, while they are there to answer:
        of a direct post it is not known yet whom it will name."""
        found = await self.stop(author, person, *draft.texts())
        visibility = narrowed(draft.visibility, author, None)
        if visibility is Visibility.DIRECT:
            visibility = Visibility.FOLLOWERS
        refusal = halt(found.caution, visibility, ())
        if refusal is None:
            return
        performer = self.performer
        await performer.engine.write(lambda tx: found.note(performer.open(tx), refusal))
        raise error_of(refusal)

    async def _stop(self, author: Actor, draft: Draft) -> Stop:
        if draft.looked_at:
            return GO
        asked = draft.person if draft.approval is None else draft.approval.by
        return await self.stop(author, asked, *draft.texts())

    async def delete(self, author: Actor, post: Post, *, person: int | None = None) -> Post:
        """Take back a post of the author's own; return what is left, its tombstone."""
        await self.perform(self.act(author, person).remove(post))
        return await self._kept(post.uri)

    async def mentioned(self, author: Actor | None, text: str) -> dict[Handle, Actor]:
        """Return whom the handles in a text name, as far as three seconds tell, and as far as its
        author (None: everybody) may know of them: other handles stay plain text."""
        handles = compose.scan(text).handles[: self.limits.mentions]
        tasks = {handle: asyncio.ensure_future(self._resolved(handle)) for handle in handles}
        if not tasks:
            return {}
        await asyncio.wait(tasks.values(), timeout=RESOLVE_SECONDS)
        found: dict[Handle, Actor] = {}
        for handle, task in tasks.items():
            actor = task.result() if task.done() else None
            if actor is not None:
                found[handle] = actor
            task.cancel()
        if author is None:
            return {handle: actor for handle, actor in found.items() if not actor.secret}
        if not (author.guest or any(actor.secret for actor in found.values())):
            return found
        ids, viewer = [actor.id for actor in found.values()], viewer_of(author)
        known = await self.performer.engine.glance(lambda tx: known_among(tx, ids, viewer))
        return {handle: actor for handle, actor in found.items() if actor.id in known}

    async def _resolved(self, handle: Handle) -> Actor | None:
        try:
            return await self.resolver.handle(str(handle))
        except FediError:
            return None

    async def _intent(self, author: Actor, draft: Draft) -> Intent:
        poll = None
        if draft.choices:
            options = tuple(Option(choice) for choice in draft.choices)
            poll = _question(options, draft.multiple, draft.poll_ends)
        quoted = await self._parent(draft.quote) if draft.quote else None
        return Intent(
            author=author,
            person=draft.person,
            text=draft.text,
            visibility=draft.visibility,
            summary=draft.summary,
            sensitive=draft.sensitive,
            language=draft.language or author.language,
            parent=await self._parent(draft.reply_to) if draft.reply_to else None,
            media=draft.media,
            poll=poll,
            quote=quoted.post.uri if quoted is not None else "",
            quoted=quoted,
            can_quote=await self._policy(author, draft.quote_policy),
        )

    async def _policy(self, author: Actor, asked: str) -> Quotable | None:
        """Return who may quote, as asked or else as the actor chose once for all."""
        if not asked:
            chosen = await self.performer.engine.glance(lambda tx: preferences(tx, author.id))
            asked = chosen.quote_policy
        return policy_of(asked, author) if asked else None

    async def let_quote(self, author: Actor, post: Post, asked: str, person: int | None) -> Post:
        """Let others quote a post of the author's than before, and tell who has it."""
        around = (await self.performer.engine.read(lambda tx: surroundings(tx, [post])))[0]
        note = note_of(post, around, self.performer.urls)
        update = Update(
            uri=self.performer.urls.activity(self.performer.new_id()),
            actor=author.uri,
            note=replace(note, can_quote=policy_of(asked, author)),
            person=person,
            source=post.source,
        )
        await self.perform(update)
        return await self._kept(post.uri)

    async def revoke(self, author: Actor, quote: Quote, person: int) -> None:
        """Take back the leave to quote a post of the author's."""
        await self.perform(self.act(author, person).forbid(quote))

    async def _parent(self, uri: str) -> Parent:
        post = await self.resolver.post(uri)

        async def author(tx: Tx) -> Actor | None:
            return await self.performer.open(tx).actor_by_id(post.author_id)

        found = await self.performer.engine.read(author)
        if found is None or post.deleted is not None:
            raise NotFound("There is no such post to answer.")
        return Parent(post=post, author=found)

    async def _kept(self, uri: str) -> Post:
        post = await self.look(lambda store: store.post(uri))
        if post is None:
            raise NotFound("There is no such post.")
        return post

    def check(self, draft: Draft) -> None:
        """Raise Invalid for a draft that is beyond the limits."""
        limits = self.limits
        limits.check("The text", compose.length(draft.text), limits.post_characters, "characters")
        limits.check("The warning", len(draft.summary), limits.warning_characters, "characters")
        limits.check("The post", len(draft.media), limits.attachments, "pictures and files")
        for media in draft.media:
            alt = len(media.description)
            limits.check("A description", alt, limits.alt_characters, "characters")
        if draft.choices:
            self._check_poll(draft.choices)

    def _check_poll(self, choices: tuple[str, ...]) -> None:
        limits = self.limits
        limits.check("The poll", len(choices), limits.poll_options, "choices")
        if len(choices) < 2 or len(set(choices)) < len(choices) or not all(choices):
            raise Invalid("A poll has two choices or more, each of them different.")
        for choice in choices:
            limits.check("A choice", len(choice), limits.poll_option_characters, "characters")


def _question(options: tuple[Option, ...], multiple: bool, ends: int | None) -> Question:
    return Question(options=options, multiple=multiple, ends=ends, voters=0)


def _question_after(poll: Poll | None, draft: Draft) -> Question | None:
    """Return the poll of an edited post: as it was, or with the draft's choices."""
    if draft.choices:
        options = tuple(Option(choice) for choice in draft.choices)
        return _question(options, draft.multiple, draft.poll_ends)
    return None if poll is None else _question(poll.options, poll.multiple, poll.ends)


async def _as_put(store: UnitStore, uri: str) -> Post | None:
    local = store.urls.parse(uri)
    made = store.post_put(local.id) if local is not None else None
    return made or await store.post(uri)


def _beside(uri: str, beside: Beside | None, made: dict[str, Post]) -> Also:
    """Return what writes beside the post that has this URI, and keeps it as it was made."""

    async def also(store: UnitStore, outcome: Done | Refusal) -> None:
        kept = None if isinstance(outcome, Refusal) else await _as_put(store, uri)
        if kept is not None:
            made[uri] = kept
            if beside is not None:
                await beside(store, kept)

    return also
