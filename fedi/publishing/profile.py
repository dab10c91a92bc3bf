"""What an actor of ours changes about itself: how it looks, how far it goes, where it lives.

Each change is computed and told to the followers in one unit (Update, Move or Delete), so that
two people who edit at once don't lose each other's words. Who may: those who manage the actor
(actors/membership.py). Another handle is renaming.py, other keys rotating.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from actors.access import acting
from actors.audience import LocalActor
from actors.departments import fields_of, free_of
from actors.effects import Need, Put, Refusal, Spread
from actors.errors import Invalid, NotFound
from actors.faces import with_faces
from actors.hashtags import hashtag_key
from actors.html import escape
from actors.people import Actor, Exposure, Field, Image, Profile
from actors.posts import Visibility
from fedi.publishing.doing import Doing, error_of
from fedi.publishing.writing import Writing
from fedi.store import cutting, departments, featured
from fedi.store.engine import Tx
from fedi.store.featured import FeaturedTag
from fedi.store.keys import OwnKeys, has_none
from fedi.store.media import note_face
from outbox import compose

_AUDIENCES: Final = frozenset(Visibility) - {Visibility.GROUP}
_PLAIN: Final = (
    "locked", "discoverable", "indexable", "hides_totals", "bot", "default_audience", "exposure",
    "language", "also_known_as", "shows_media", "shows_media_replies", "shows_featured",
    "attribution_domains",
)  # fmt: skip
ATTRIBUTIONS: Final = 10
"""Domains that may name an actor as an author (Mastodon's number)."""
_WIDTH: Final = {Exposure.INTERNAL: 0, Exposure.ALLOWED: 1, Exposure.OPEN: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to change about an actor; None leaves a thing as it is. Texts are plain, not HTML.

    `names` and `summaries` are by language and replace all there were. `without` names pictures
    to remove: "icon", "image".
    """

    name: str | None = None
    names: Mapping[str, str] | None = None
    summary: str | None = None
    summaries: Mapping[str, str] | None = None
    fields: tuple[tuple[str, str], ...] | None = None
    icon: Image | None = None
    image: Image | None = None
    without: frozenset[str] = frozenset()
    locked: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hides_totals: bool | None = None
    bot: bool | None = None
    default_audience: str | None = None
    exposure: Exposure | None = None
    language: str | None = None
    also_known_as: tuple[str, ...] | None = None
    shows_media: bool | None = None
    shows_media_replies: bool | None = None
    shows_featured: bool | None = None
    attribution_domains: tuple[str, ...] | None = None


class Profiles(Doing):
    """Changes our actors; `person` is who acts for one, None the house itself."""

    __slots__ = ()

    async def edit(self, actor: Actor, changes: Changes, *, person: int | None = None) -> Actor:
        """Change what `changes` names, tell the followers, and return the actor as it now is.

        Invalid for what is beyond the limits. A narrower exposure cuts what waits to be sent
        beyond it, and lets followers go whom the actor's posts can't reach any more.
        """
        if changes.fields is not None:
            changes = replace(changes, fields=free_of(changes.fields, actor.fields))
        self._check(changes)
        new = await self._values(actor, changes)
        await self.see_keys(actor)

        async def unit(tx: Tx) -> Actor:
            return await self._changed(tx, actor, new, person)

        return await self.performer.engine.write(unit)

    async def move(self, actor: Actor, target: Actor, *, person: int | None = None) -> Actor:
        """Let the actor live at `target`, which must name it in `alsoKnownAs`: followers are told
        and follow on. Once in seven days."""
        await self.perform(self.act(actor, person).move(target))
        return await self.look(lambda store: store.actor_by_id(actor.id)) or actor

    async def close(self, actor: Actor, *, person: int | None = None) -> Actor:
        """End the actor, for good: its posts are erased and its handle is never given away."""
        await self.perform(self.act(actor, person).close())
        return await self.look(lambda store: store.actor_by_id(actor.id)) or actor

    async def feature_tag(
        self, actor: Actor, tag: str, *, person: int | None = None
    ) -> FeaturedTag:
        """Feature a hashtag, written with or without its sign, among ten at most."""
        found = compose.scan("#" + tag.strip().lstrip("#\uff03"))
        if [f"#{name}" for name in found.hashtags] != [found.text]:
            raise Invalid(f"{tag!r} is no hashtag: use letters and numbers, without spaces.")
        written = found.hashtags[0]

        async def unit(tx: Tx) -> int:
            await self._may(tx, actor, person)
            id, now = self.performer.new_id(), self.performer.clock.now()
            name = hashtag_key(written)
            return await featured.add(tx, id, actor.id, name, written, now, person)

        id = await self.performer.engine.write(unit)
        viewer = LocalActor(actor.id)
        tags = await self.performer.engine.read(lambda tx: featured.of(tx, actor.id, viewer))
        return next(one for one in tags if one.id == id)

    async def unfeature_tag(self, actor: Actor, id: int, *, person: int | None = None) -> bool:
        """Feature a hashtag no more, by the id of that; return whether the actor did."""

        async def unit(tx: Tx) -> bool:
            await self._may(tx, actor, person)
            now = self.performer.clock.now()
            return await featured.remove(tx, actor.id, id, now, person)

        return await self.performer.engine.write(unit)

    async def _may(self, tx: Tx, actor: Actor, person: int | None) -> None:
        """Raise what it means where this person may not change the actor."""
        await tx.lock(actor.uri)
        found = await acting(self.performer.open(tx), actor.uri, person, itself=True)
        if isinstance(found, Refusal):
            raise error_of(found)

    async def _changed(
        self, tx: Tx, actor: Actor, new: Mapping[str, Any], person: int | None
    ) -> Actor:
        """Do the Update in an open unit, on the actor as the unit finds it."""
        store = self.performer.open(tx)
        await tx.lock(actor.uri)
        old = await store.actor_by_id(actor.id)
        if old is None:
            raise NotFound("There is no such actor here.")
        asked = replace(old, **new)
        changed = await self._whole(tx, asked)
        as_before = replace(changed, icon=old.icon, image=old.image) == old
        if as_before and (asked.icon, asked.image) == (old.icon, old.image):
            return old
        return await self._tell(tx, old, replace(changed, updated=store.now), person)

    async def follow_record(self, tx: Tx, actor_id: int, person: int | None) -> None:
        """Show on a profile what follows from its department's record, which has changed in this
        unit; `see_keys` comes before it."""
        old = await self.performer.open(tx).actor_by_id(actor_id)
        if old is None:
            raise NotFound("There is no such actor here.")
        changed = await self._whole(tx, old)
        if changed != old:
            now = self.performer.clock.now()
            await self._tell(tx, old, replace(changed, updated=now), person)

    async def see_keys(self, actor: Actor) -> None:
        """Make sure that an Update can show the keys. Who has none at all is known to nobody
        elsewhere: there is nobody to tell, and none are made for it."""
        if not await self.performer.engine.glance(lambda tx: has_none(tx, actor.id)):
            await OwnKeys(self.performer.engine).of(actor)

    async def _whole(self, tx: Tx, changed: Actor) -> Actor:
        """Return a changed actor with what follows from its department's record: the fields that
        are not its to write, and the pictures of those that chose none."""
        record = await departments.record(tx, changed.id)
        fields = fields_of(record, changed.language, changed.fields)
        color = record.color if record is not None else ""
        return with_faces(replace(changed, fields=fields), color, self.performer.urls)

    async def _tell(self, tx: Tx, old: Actor, changed: Actor, person: int | None) -> Actor:
        """Do the Update of an actor that has changed."""
        store = self.performer.open(tx)
        if await has_none(tx, old.id):
            await self._may(tx, old, person)
            await self.performer.apply(tx, (Put(changed, replace=True),), person)
            await note_face(tx, changed, store.urls, store.now)
            return changed
        keys = tuple(key for key in await store.keys(old.id) if key.retired is None)
        update = self.act(old, person).change(Profile(actor=changed, keys=keys))
        outcome = await self.performer.unit(tx, update)
        if isinstance(outcome, Refusal):
            raise error_of(outcome)
        if isinstance(outcome, Need):
            raise NotFound("There is no such actor here.")
        await note_face(tx, changed, store.urls, store.now)
        if _WIDTH[changed.exposure] < _WIDTH[old.exposure]:
            await cutting.cut(tx, await cutting.narrowing(tx, old, changed.exposure))
            await self.performer.apply(tx, (Spread("narrow-followers", old.id),), person)
        return changed

    async def _values(self, actor: Actor, changes: Changes) -> dict[str, Any]:
        """Return the fields of the record that change, texts as HTML."""
        new: dict[str, Any] = {
            name: value for name in _PLAIN if (value := getattr(changes, name)) is not None
        }
        new |= _named(actor, changes)
        if changes.summary is not None:
            new["summary"] = await self._html(changes.summary)
        if changes.summaries is not None:
            new["summaries"] = {
                language: await self._html(text) for language, text in changes.summaries.items()
            }
            main = new["summaries"].get(changes.language or actor.language)
            if changes.summary is None and main is not None:
                new["summary"] = main
        if changes.fields is not None:
            new["fields"] = tuple([
                Field(name.strip(), await self._line(value)) for name, value in changes.fields
            ])  # fmt: skip
        for name in ("icon", "image"):
            if name in changes.without or getattr(changes, name) is not None:
                new[name] = getattr(changes, name)
        return new

    async def _html(self, text: str) -> str:
        """Return a text with its links, hashtags and the mentions that can be resolved."""
        known = await Writing(self.performer, self.resolver, self.limits).mentioned(None, text)
        urls = self.performer.urls
        named = {
            handle: compose.Mentioned(
                url=actor.url or actor.uri,
                uri=actor.uri,
                username=actor.username,
                domain=actor.domain or urls.handle_domain,
            )
            for handle, actor in known.items()
        }
        return compose.render(compose.scan(text), named, urls.tag).html

    async def _line(self, text: str) -> str:
        """Return the value of a field: the same, in one line."""
        one_line = " ".join(text.split())
        rendered = await self._html(one_line)
        return rendered.removeprefix("<p>").removesuffix("</p>") if rendered else escape(one_line)

    def _check(self, changes: Changes) -> None:
        check, limits = self.limits.check, self.limits
        for name in (changes.name, *(changes.names or {}).values()):
            check("The name", len(name or ""), limits.name_characters, "characters")
        for text in (changes.summary, *(changes.summaries or {}).values()):
            length = compose.length(text or "")
            check("The description", length, limits.summary_characters, "characters")
        if changes.name is not None and not changes.name.strip():
            raise Invalid("A name can't be empty.")
        check("The profile", len(changes.fields or ()), limits.fields, "fields")
        for name, value in changes.fields or ():
            check("The name of a field", len(name), limits.field_characters, "characters")
            check(f"The field {name!r}", len(value), limits.field_characters, "characters")
        check("The profile", len(changes.attribution_domains or ()), ATTRIBUTIONS, "domains")
        if changes.default_audience is not None and changes.default_audience not in _AUDIENCES:
            words = ", ".join(sorted(_AUDIENCES))
            raise Invalid(f"{changes.default_audience!r} is no audience: use {words}.")


def _named(actor: Actor, changes: Changes) -> dict[str, Any]:
    """Return the names that change: a new name stands for all languages, unless they are given."""
    new: dict[str, Any] = {}
    if changes.names is not None:
        new["names"] = dict(changes.names)
        main = changes.names.get(changes.language or actor.language)
        if main is not None:
            new["name"] = main
    if changes.name is not None:
        new["name"] = changes.name.strip()
        if changes.names is None and actor.names:
            new["names"] = {}
    return new
