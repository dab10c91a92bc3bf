"""What apps, the command line and the demo call: files uploaded, described, put on posts, dropped.

An upload belongs to one actor of ours. Pictures and office documents are ready when `upload`
returns; films, sounds, moving GIFs and PDF are made ready by the clockwork (`work`) unless one
waits. A file no post shows for a day is forgotten. Remote media: proxy.py.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from actors.errors import FediError, NotFound
from actors.people import Actor, Image
from actors.posts import Media
from fedi.config import Config, Limits
from fedi.media.blobs import Blobs
from fedi.media.errand import Unusable
from fedi.media.kinds import Kind
from fedi.media.records import (
    Focus,
    cleaned,
    expected,
    finished,
    focused,
    media_of,
    type_of,
    with_preview,
)
from fedi.media.shelf import Shelf
from fedi.perform import Performer
from fedi.store import attachments as rows
from fedi.store import media as files
from fedi.store.attachments import TRIES, Attachment
from fedi.store.engine import Tx

PORTRAIT_SIDE: Final = 400
HEADER_SIDE: Final = 1500
_LEASE_MS: Final = 60_000
_log = logging.getLogger("fedi.media")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is uploaded: `name` is the file's own, for whoever saves it; `person` who acts;
    `focus` x, y in -1…1; `thumbnail` a picture to be its preview."""

    file: BinaryIO
    name: str = ""
    person: int | None = None
    description: str = ""
    focus: Focus | None = None
    thumbnail: BinaryIO | None = None


class Attachments:
    """The files of one house's actors."""

    def __init__(self, performer: Performer, config: Config, blobs: Blobs | None = None) -> None:
        self._performer = performer
        self._engine = performer.engine
        self._limits: Limits = config.limits
        self._settings = config.media
        self._shelf = Shelf(performer, config, blobs)

    @property
    def blobs(self) -> Blobs:
        """Where the files are."""
        return self._shelf.blobs

    # -- uploading

    async def upload(self, actor: Actor, given: Given, *, wait: bool = False) -> Attachment:
        """Take a file for a post of `actor`'s to come; its state is ready or, unless one waits,
        processing.

        Unusable (422) with a sentence for what can't be shown, TooLarge (413), NoRoom (507):
        nothing is kept then.
        """
        self._check(given.description)
        async with self._shelf.taken_in(given.file) as upload:
            made = self._begun(actor, given, upload.kind)
            preview = None
            if given.thumbnail is not None:
                preview = await self._shelf.picture(actor.id, given.thumbnail, "preview")
            if wait or self._shelf.workshop.is_quick(upload.kind):
                made = finished(made, await self._shelf.made_ready(actor.id, upload))
            else:
                original = await self._shelf.put_off(actor.id, upload.source)
                made = replace(made, original=original)
        own = with_preview(made, preview) if preview is not None else made

        async def unit(tx: Tx) -> None:
            await rows.add(tx, own)
            await files.retire(tx, {made.preview} - {own.preview})

        await self._engine.write(unit)
        if made.state == "processing":
            self._performer.bus.wake("media")
        return own

    async def portrait(self, actor: Actor, file: BinaryIO, *, side: int = PORTRAIT_SIDE) -> Image:
        """Take a picture for an actor's profile, at most `side` pixels wide and high.

        It is kept once the actor wears it (Update); otherwise it is forgotten after a day.
        """
        stored = await self._shelf.picture(actor.id, file, "portrait", side)
        return Image(self._performer.urls.media(stored.name), type_of(stored.name))

    # -- what is there

    async def get(self, actor: Actor, id: int) -> Attachment:
        """Return an attachment of the actor's. NotFound for everybody else's too."""
        found = await self._engine.glance(lambda tx: rows.owned(tx, actor.id, [id]))
        if id not in found:
            raise NotFound("There is no such file.")
        return found[id]

    async def named(self, actor: Actor, names: Sequence[str]) -> dict[str, int]:
        """Return the ids of those of these files that are the actor's, by name."""
        return await self._engine.glance(lambda tx: rows.named(tx, actor.id, names))

    async def of_post(self, post_id: int) -> list[Attachment]:
        """Return what a post of ours shows, in order of upload."""
        return await self._engine.read(lambda tx: rows.of_post(tx, post_id))

    def media(self, attachment: Attachment) -> Media:
        """Return the record of an attachment for a post."""
        return media_of(attachment, self._performer.urls)

    # -- changing

    async def update(
        self,
        actor: Actor,
        id: int,
        *,
        description: str | None = None,
        focus: Focus | None = None,
        thumbnail: BinaryIO | None = None,
        post_id: int | None = None,
    ) -> Attachment:
        """Change what is not None. NotFound for what isn't the actor's, or is on another post than
        `post_id`: a post that is out is changed by an edit."""
        found = await self.get(actor, id)
        if found.post_id not in (None, post_id):
            raise NotFound("There is no such file.")
        self._check(description or "")
        preview = None
        if thumbnail is not None:
            preview = await self._shelf.picture(actor.id, thumbnail, "preview")

        async def unit(tx: Tx) -> Attachment:
            now = (await rows.owned(tx, actor.id, [id])).get(id)
            if now is None or now.post_id not in (None, post_id):
                raise NotFound("There is no such file.")
            changed = now
            if description is not None:
                changed = replace(changed, description=description.strip())
            if focus is not None:
                changed = replace(changed, focus=focused(focus))
            if preview is not None:
                await files.retire(tx, [changed.preview])
                changed = with_preview(changed, preview)
            await rows.replace(tx, changed)
            return changed

        return await self._engine.write(unit)

    async def delete(self, actor: Actor, id: int) -> None:
        """Forget an attachment, its files at once. Unusable while a post shows it."""
        found = await self.get(actor, id)

        async def unit(tx: Tx) -> list[str]:
            if not await rows.remove(tx, found):
                raise Unusable("That file is used by a post.", code="in_use")
            await files.retire(tx, found.names)
            return await files.let_go(tx, found.names)

        await self._shelf.remove(await self._engine.write(unit))

    # -- for posts

    async def take(
        self, actor: Actor, ids: Sequence[int], *, post_id: int | None = None
    ) -> tuple[Media, ...]:
        """Take attachments for one post, in this order; the post then publishes them.

        Those of the post that is edited (`post_id`) may stay. Unusable for what isn't the actor's,
        isn't ready, or is on another post or being put on one. Nothing came of it: `give_back`.
        """
        ids = list(dict.fromkeys(ids))
        found = await self._engine.read(lambda tx: rows.owned(tx, actor.id, ids))
        for id in ids:
            one = found.get(id)
            if one is None:
                raise Unusable("There is no such file.", code="no_such_file")
            if one.state == "processing":
                raise Unusable("That file is not ready yet: try again in a moment.")
            if one.state == "failed":
                raise Unusable(one.problem or "That file could not be read.")
        if any(found[id].spent for id in ids):
            found |= {one.id: one for one in await self.renew(actor, ids)}
        now = self._performer.clock.now()

        async def unit(tx: Tx) -> None:
            for id in ids:
                if not await rows.take(tx, actor.id, id, post_id, now):
                    raise Unusable("That file is on another post already.", code="in_use")
                await files.retire(tx, found[id].names, now)  # a day more

        await self._engine.write(unit)
        return tuple(self.media(found[id]) for id in ids)

    async def give_back(self, media: Sequence[Media]) -> None:
        """Let go of what was taken for a post that didn't come."""
        ids = [one.id for one in media if one.id]
        await self._engine.write(lambda tx: rows.give_back(tx, ids))

    async def hold(self, actor: Actor, ids: Sequence[int], until: int) -> None:
        """Keep attachments for a scheduled post until a day after a moment (Unix ms)."""
        found = await self._engine.read(lambda tx: rows.owned(tx, actor.id, ids))
        names = [name for one in found.values() for name in one.names]
        await self._engine.write(lambda tx: files.retire(tx, names, until))

    async def renew(self, actor: Actor, ids: Sequence[int]) -> list[Attachment]:
        """Give new names to attachments whose post was deleted, so that they can be shown again;
        the old names stay dead. Others are returned as they are."""
        found = await self._engine.read(lambda tx: rows.owned(tx, actor.id, ids))
        return [
            await self._renewed(found[id]) if found[id].spent else found[id]
            for id in ids
            if id in found
        ]

    async def release(
        self, actor: Actor, media: Sequence[Media], *, drop: bool = False
    ) -> dict[str, str]:
        """Take files back from a post that was just deleted, to be shown anew ("delete and
        redraft"), or drop them; the new name of each file by its old one."""
        ids = [one.id for one in media if one.id]
        found = await self._engine.read(lambda tx: rows.owned(tx, actor.id, ids))
        names = dict[str, str]()
        for old in found.values():
            if drop:
                await self.delete(actor, old.id)
            elif old.spent:
                new = await self._renewed(old)
                names |= dict(zip(old.names, new.names, strict=True))
        return names

    async def _renewed(self, old: Attachment) -> Attachment:
        name, preview = await self._shelf.renamed(old.actor_id, (old.name, old.preview), old.size)
        new = replace(old, name=name, preview=preview, spent=False, taken=None)

        async def unit(tx: Tx) -> list[str]:
            if not await rows.replace(tx, new, unless_used=True):
                raise Unusable("That file is on another post already.", code="in_use")
            await files.retire(tx, old.names)
            return await files.let_go(tx, old.names)

        await self._shelf.remove(await self._engine.write(unit))
        return new

    # -- the clockwork's part

    async def work(self) -> int:
        """Make one attachment ready that waits for it; 0 when there is none."""
        now = self._performer.clock.now()
        if not await self._engine.glance(lambda tx: rows.waits(tx, now)):
            return 0
        until = now + self._settings.film_seconds * 1000 + _LEASE_MS
        found = await self._engine.write(lambda tx: rows.lease(tx, now, until))
        if found is None:
            return 0
        try:
            done = await self._worked(found)
        except FediError as problem:
            _log.info("attachment %d: %s (%s)", found.id, problem.sentence, problem.detail)
            done = replace(found, state="failed", problem=problem.sentence)
            if not isinstance(problem, Unusable | NotFound) and found.tries + 1 < TRIES:
                return 1  # not the file's fault: again when the lease ends
        await self._engine.write(lambda tx: self._settle(tx, found, done))
        return 1

    async def _worked(self, found: Attachment) -> Attachment:
        if found.tries >= TRIES:
            raise Unusable("That file could not be read.", detail="its readers died")
        async with self._shelf.fetched(found.original) as upload:
            return finished(found, await self._shelf.made_ready(found.actor_id, upload))

    async def _settle(self, tx: Tx, found: Attachment, done: Attachment) -> None:
        """Note how it ended, with what its owner has changed meanwhile; the upload is let go."""
        now = (await rows.owned(tx, found.actor_id, [found.id])).get(found.id)
        if now is None or now.state != "processing":
            await files.retire(tx, [done.name, done.preview])
            return
        own = {"description": now.description, "focus": now.focus, "taken": now.taken}
        if now.preview and done.state == "ready":
            own |= {"preview": now.preview, "preview_width": now.preview_width,
                    "preview_height": now.preview_height, "blurhash": now.blurhash}  # fmt: skip
            await files.retire(tx, [done.preview])
        await rows.replace(tx, replace(done, original="", lease_until=0, **own))  # type: ignore[arg-type]
        await files.retire(tx, [found.original])

    async def prune(self, *, limit: int = 100) -> int:
        """Forget files that nothing has shown for a day; return how many."""
        now = self._performer.clock.now()
        await self._shelf.bench.sweep()

        async def unit(tx: Tx) -> list[str]:
            for one in await rows.unfinished(tx, now, limit):
                await rows.remove(tx, one)
                await files.retire(tx, one.names)
            return await files.let_go(tx, await files.unused(tx, now, limit))

        going = await self._engine.write(unit)
        await self._shelf.remove(going)
        return len(going)

    # -- parts

    def _check(self, description: str) -> None:
        self._limits.check(
            "The description", len(description), self._limits.alt_characters, "characters"
        )

    def _begun(self, actor: Actor, given: Given, kind: Kind) -> Attachment:
        return Attachment(
            id=self._performer.new_id(),
            actor_id=actor.id,
            person_id=given.person,
            kind=expected(kind),
            file_name=cleaned(given.name),
            description=given.description.strip(),
            focus=focused(given.focus),
            created=self._performer.clock.now(),
        )
