"""Members of a closed group whose servers know no closed groups: what they read, what they answer.

Such a server keeps another's post from home, and an Announce of it as well. So the group sends a
Note of its own, with the name of who wrote it ahead, if that author was told (actors/consent.py);
and what a member there writes to the group, the group says inside, with that member's name.
"""

from dataclasses import replace

from actors.admitting import REPEAT
from actors.effects import Effects, Recipients, Send
from actors.html import escape
from actors.people import Actor
from actors.posts import Note, Post, Visibility
from actors.relaying import NOTES
from actors.verbs import Create, Delete, Update
from fedi.perform import Performer
from fedi.store import abroad
from fedi.store.abroad import Standin
from fedi.store.engine import Tx
from fedi.store.groups import members_among
from fedi.store.unit import UnitStore

KINDS = frozenset({NOTES, REPEAT})


class Notes:
    """Carries out what the rules leave for members on servers of another kind."""

    def __init__(self, performer: Performer) -> None:
        self._performer = performer
        self._urls = performer.urls

    async def carry_out(self, kind: str, group_id: int, post_id: int) -> None:
        """Tell of a post in a group, or say in it what a member wrote, as they are now."""
        if kind == NOTES:
            await self._performer.engine.write(lambda tx: self._tell(tx, group_id, post_id))
        else:
            await self._repeat(group_id, post_id)

    # -- what they read

    async def _tell(self, tx: Tx, group_id: int, post_id: int) -> None:
        store = self._performer.open(tx)
        group, post = await store.actor_by_id(group_id), await store.post_by_id(post_id)
        if group is None or post is None or group.gone:
            return
        known = await abroad.note_for(tx, group_id, post_id)
        if not await self._is_told(store, group, post):
            if known is not None:
                await abroad.drop_note(tx, known.uri)
                await self._performer.apply(tx, self._gone(group, known.uri))
        elif known is None:
            await self._first(store, group, post)
        elif known.edited < (post.edited or 0):
            await self._again(store, group, post, known)

    async def _is_told(self, store: UnitStore, group: Actor, post: Post) -> bool:
        """Return whether a post is one for members elsewhere to read: it is in the group, there
        are such members, and its author knows of them."""
        if post.deleted is not None or post.visibility is not Visibility.GROUP:
            return False
        if group.id not in {one.id for one in await store.groups_of(post.id)}:
            return False
        if not await abroad.has_others(store.tx, group.id):
            return False
        if post.author_id == group.id:
            return True
        return post.local and await abroad.was_told(
            store.tx, group.id, post.author_id, post.acting_person
        )

    async def _first(self, store: UnitStore, group: Actor, post: Post) -> None:
        uri = self._urls.activity(store.new_id())
        note = await self._note(store, group, post, self._urls.key(uri, "note"))
        create = Create(uri=uri, actor=group.uri, note=note)
        known = Standin(note.uri, group.id, post.id, post.edited or 0)
        await abroad.put_note(store.tx, known, ours=True)
        await self._performer.apply(store.tx, _to_others(group, post, create, note.uri))

    async def _again(self, store: UnitStore, group: Actor, post: Post, known: Standin) -> None:
        note = await self._note(store, group, post, known.uri)
        update = Update(
            uri=self._urls.activity(store.new_id()),
            actor=group.uri,
            note=replace(note, updated=post.edited),
        )
        await abroad.put_note(store.tx, replace(known, edited=post.edited or 0), ours=True)
        await self._performer.apply(store.tx, _to_others(group, post, update, note.uri))

    def _gone(self, group: Actor, uri: str) -> Effects:
        delete = Delete(
            uri=self._urls.activity(self._performer.new_id()), actor=group.uri, object=uri
        )
        recipients = Recipients(followers_of=group.id, alike=False)
        return (Send(delete, group.id, recipients, about=uri),)

    async def _note(self, store: UnitStore, group: Actor, post: Post, uri: str) -> Note:
        """Return a post as the group's own, its author named in the first line. What it answers is
        what stands for that elsewhere, if anything does."""
        author = await store.actor_by_id(post.author_id)
        answered = await abroad.note_for(store.tx, group.id, post.in_reply_to)
        own = author is None or author.id == group.id  # what it repeats names its author already
        name = "" if own or author is None else self._named(author)
        return Note(
            uri=uri,
            attributed_to=group.uri,
            content=name + post.content,
            language=post.language,
            summary=post.summary,
            sensitive=post.sensitive,
            url=group.url,
            published=post.published,
            to=(group.followers,),
            in_reply_to=answered.uri if answered is not None else "",
            media=post.media,
        )

    def _named(self, author: Actor) -> str:
        handle = f"@{author.username}@{author.domain or self._urls.handle_domain}"
        words = f"{author.name} ({handle})" if author.name else handle
        return f"<p>{escape(words)}:</p>"

    # -- what they answer

    async def _repeat(self, group_id: int, post_id: int) -> None:
        """Say inside what a member elsewhere wrote: once, with its newest words, and no longer than
        it is there."""
        performer, engine = self._performer, self._performer.engine
        said = await engine.read(lambda tx: self._say(tx, group_id, post_id))
        if said is None:
            return
        theirs, activity = said

        async def noted(store: UnitStore, _outcome: object) -> None:
            if isinstance(activity, Delete):
                await abroad.drop_note(store.tx, theirs.uri)
                return
            made = await store.post(activity.note.uri) if activity.note is not None else None
            if made is not None:
                known = replace(theirs, post_id=made.id)
                await abroad.put_note(store.tx, known, ours=False)

        await performer.once(activity, noted)

    async def _say(
        self, tx: Tx, group_id: int, post_id: int
    ) -> tuple[Standin, Create | Update | Delete] | None:
        """Return what the group is to say or take back now, and which post of a member it is."""
        store = self._performer.open(tx)
        group, post = await store.actor_by_id(group_id), await store.post_by_id(post_id)
        author = await store.actor_by_id(post.author_id) if post is not None else None
        if group is None or post is None or author is None or group.gone:
            return None
        known = await abroad.stands_for(tx, post.uri)
        inside = await store.post_by_id(known.post_id) if known is not None else None
        uri = self._urls.activity(store.new_id())
        theirs = Standin(post.uri, group_id, inside.id if inside else 0, post.edited or 0)
        if post.deleted is not None:
            if inside is None:
                return None
            return theirs, Delete(uri=uri, actor=group.uri, object=inside.uri)
        if author.id not in await members_among(tx, (group_id,), (author.id,)):
            return None
        if inside is None:
            return theirs, await self._said(store, group, author, post)
        if inside.deleted is not None or (known is not None and known.edited >= theirs.edited):
            return None
        note = replace(
            self._words(group, author, post, inside.uri),
            to=(group.uri,),
            context=inside.context,
            updated=store.now,
            in_reply_to=inside.in_reply_to_uri,
        )
        return theirs, Update(uri=uri, actor=group.uri, note=note)

    async def _said(self, store: UnitStore, group: Actor, author: Actor, post: Post) -> Create:
        id = store.new_id()
        answered = await abroad.stands_for(store.tx, post.in_reply_to_uri)
        parent = await store.post_by_id(answered.post_id) if answered is not None else None
        note = replace(
            self._words(group, author, post, self._urls.post(id)),
            in_reply_to=parent.uri if parent is not None else "",
            replies=self._urls.post(id, "replies"),
        )
        return Create(
            uri=self._urls.activity(id),
            actor=group.uri,
            note=note,
            visibility=Visibility.GROUP,
        )

    def _words(self, group: Actor, author: Actor, post: Post, uri: str) -> Note:
        return Note(
            uri=uri,
            url=uri,
            attributed_to=group.uri,
            content=self._named(author) + post.content,
            language=post.language,
            summary=post.summary,
            sensitive=post.sensitive,
            published=post.published,
            media=post.media,
            emojis=post.emojis,
        )


def _to_others(group: Actor, post: Post, said: Create | Update, uri: str) -> Effects:
    recipients = Recipients(followers_of=group.id, alike=False)
    return (Send(said, group.id, recipients, about=uri, post_id=post.id),)
