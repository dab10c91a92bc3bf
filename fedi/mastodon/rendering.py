"""Records to the JSON of accounts and posts: a page in a constant number of statements.

What is the same for every reader of one kind comes from fragments.py, or is made by making.py and
kept there; what differs (flags, votes, filters, what a reply or a quote may name) is asked for the
whole page, and joining.py joins it as bytes. All runs in one open transaction of the caller's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from actors.audience import LocalActor, Viewer
from actors.people import Actor
from fedi.mastodon.approval import FOLLOWERS
from fedi.mastodon.entities import Account
from fedi.mastodon.fragments import Face, Fragment, Fragments
from fedi.mastodon.joining import Joining, Matches, Sheet
from fedi.mastodon.making import Making
from fedi.store import hydrating, quoting
from fedi.store.engine import Tx
from fedi.store.events import Place
from fedi.store.hydrating import Whole
from fedi.store.knowing import known_among
from fedi.store.quoting import Standing
from fedi.store.timelines import Chosen

_ENCODE: Final = msgspec.json.Encoder().encode


class Filters(Protocol):
    """Finds the filters of a reader for a context ("" for none); None where there are none."""

    async def __call__(
        self, tx: Tx, actor_id: int, context: str, version: int
    ) -> Matches | None: ...


@dataclass(slots=True)
class Renderer:
    """Makes JSON of records. One for a process."""

    making: Making
    now: Callable[[], int]
    fragments: Fragments = field(default_factory=Fragments)
    filters: Filters | None = None
    zone: str = "Europe/Oslo"

    # -- accounts

    async def accounts(self, tx: Tx, ids: Sequence[int], viewer: Viewer) -> list[bytes]:
        """Return accounts as JSON, in the order of their ids; unknown ones are passed over."""
        faces = await self.faces(tx, ids, viewer)
        return [faces[id] for id in ids if id in faces]

    async def faces(self, tx: Tx, ids: Sequence[int], viewer: Viewer) -> dict[int, bytes]:
        """Return accounts as JSON by id, those of which the viewer may know."""
        seen = await self.fragments.refresh(tx)
        faces = await self._faces(tx, ids, hydrating.is_inside(viewer), seen)
        known = await known_among(tx, list(faces), viewer)
        return {id: faces[id].json for id in ids if id in known}

    async def account(self, tx: Tx, id: int, viewer: Viewer) -> bytes | None:
        found = await self.accounts(tx, [id], viewer)
        return found[0] if found else None

    async def account_entities(
        self, tx: Tx, ids: Sequence[int], viewer: Viewer
    ) -> dict[int, Account]:
        """Return accounts as structs, for answers that change or extend them."""
        known = await known_among(tx, ids, viewer)
        found = await hydrating.accounts(tx, list(known), inside=hydrating.is_inside(viewer))
        return {one.actor.id: self.making.account(one) for one in found}

    async def _faces(
        self, tx: Tx, ids: Sequence[int], inside: bool, seen: Place
    ) -> dict[int, Face]:
        faces, missing = self.fragments.faces.some(ids, inside)
        for counted in await hydrating.accounts(tx, missing, inside=inside):
            entity = self.making.account(counted)
            if counted.actor.moved_to:
                entity.moved = await self._moved(tx, counted.actor, inside)
            face = Face(actor=counted.actor, json=_ENCODE(entity))
            self.fragments.remember(self.fragments.faces, counted.actor.id, inside, face, seen)
            faces[counted.actor.id] = face
        return faces

    async def _moved(self, tx: Tx, actor: Actor, inside: bool) -> Account | None:
        target = await hydrating.by_uri(tx, actor.moved_to)
        if target is None or target == actor.id:
            return None
        found = await hydrating.accounts(tx, [target], inside=inside)
        return self.making.account(found[0]) if found else None

    # -- posts

    async def statuses(
        self, tx: Tx, post_ids: Sequence[int], viewer: Viewer, *, context: str = ""
    ) -> list[bytes]:
        """Return those of these posts that the viewer may see, as JSON, in the order given.

        `context` names the filter context (home, notifications, public, thread, account); posts
        that a filter hides in it are left out.
        """
        found = await self.statuses_by_id(tx, post_ids, viewer, context=context)
        return [found[id] for id in post_ids if id in found]

    async def status(self, tx: Tx, id: int, viewer: Viewer) -> bytes | None:
        """Return one post as JSON, None where it isn't there for this viewer."""
        return (await self.statuses_by_id(tx, [id], viewer)).get(id)

    async def fresh(self, tx: Tx, made: Whole, viewer: Viewer) -> bytes:
        """Return a post that the viewer has just written as JSON. It isn't kept: what others did
        with it meanwhile is for the next page to tell."""
        post, fragment = made.post, self.making.fragment(made)
        chosen = Chosen(post.id, post.author_id, post.boost_of, 0)
        _, joining = await self._joining(tx, [chosen], viewer, "", {post.id: fragment})
        return joining.one(post.id)

    async def unpublished(
        self, tx: Tx, wholes: Sequence[Whole], viewer: Viewer
    ) -> dict[int, bytes]:
        """Return as JSON what is no post yet, to a viewer who may read it; nothing of it is kept
        among what others read."""
        sheet, inside = Sheet(), hydrating.is_inside(viewer)
        seen = await self._begin(tx, sheet, viewer, "")
        made = {whole.post.id: self.making.fragment(whole) for whole in wholes}
        fragments = await self._quoted(tx, sheet, made, viewer, seen)
        await self._differing(tx, sheet, fragments, viewer)
        faces = await self._faces(tx, [one.author_id for one in fragments.values()], inside, seen)
        joining = Joining(sheet, faces, fragments, self.now())
        return {id: joining.one(id) for id in made}

    async def statuses_by_id(
        self, tx: Tx, post_ids: Sequence[int], viewer: Viewer, *, context: str = ""
    ) -> dict[int, bytes]:
        """Return the same as `statuses`, by id."""
        if not post_ids:
            return {}
        chosen = await hydrating.seen(tx, list(dict.fromkeys(post_ids)), viewer)
        return await self._shown(tx, chosen, viewer, context)

    async def page(
        self, tx: Tx, chosen: Sequence[Chosen], viewer: Viewer, *, context: str = ""
    ) -> bytes:
        """Return posts that were chosen by what the viewer may see, as a JSON array in that
        order."""
        wanted, joining = await self._joining(tx, chosen, viewer, context)
        return b"".join(joining.page(wanted))

    async def _shown(
        self, tx: Tx, chosen: Sequence[Chosen], viewer: Viewer, context: str
    ) -> dict[int, bytes]:
        wanted, joining = await self._joining(tx, chosen, viewer, context)
        made = ((id, joining.one(id)) for id in wanted)
        return {id: json for id, json in made if json}

    async def _joining(
        self,
        tx: Tx,
        chosen: Sequence[Chosen],
        viewer: Viewer,
        context: str,
        made: dict[int, Fragment] | None = None,
    ) -> tuple[list[int], Joining]:
        """Return which of these posts are shown, and all that is needed to show them; `made` are
        these posts where they are at hand."""
        inside, sheet = hydrating.is_inside(viewer), Sheet()
        seen = await self._begin(tx, sheet, viewer, context)
        wanted, boosted = await _to_show(tx, chosen, viewer)
        asked = [*wanted, *boosted] if boosted else wanted
        fragments = made or await self._fragments(tx, asked, inside, seen)
        differ = [one for one in fragments.values() if not one.same]
        if differ:
            fragments = await self._quoted(tx, sheet, fragments, viewer, seen)
            await self._differing(tx, sheet, fragments, viewer)
        if sheet.reader is not None:
            sheet.did = await _did(tx, sheet.reader, fragments, chosen, quotes=bool(sheet.quotes))
        faces = await self._faces(tx, [one.author_id for one in fragments.values()], inside, seen)
        return wanted, Joining(sheet, faces, fragments, self.now())

    async def _begin(self, tx: Tx, sheet: Sheet, viewer: Viewer, context: str) -> Place:
        """Forget what has changed, and look up what is asked for every page of a reader; return
        the place of the newest event."""
        if not isinstance(viewer, LocalActor):
            return await self.fragments.refresh(tx)
        me = sheet.reader = viewer.actor_id
        settings = await hydrating.settings(tx, me)
        seen = await self.fragments.refresh(tx, settings.newest)
        sheet.muted = settings.muted
        if self.filters is not None and settings.filters:
            sheet.matches = await self.filters(tx, me, context, settings.filters)
            sheet.context = context
        return seen

    async def _fragments(
        self, tx: Tx, ids: Sequence[int], inside: bool, seen: Place
    ) -> dict[int, Fragment]:
        memory = self.fragments.statuses
        found, missing = memory.some(ids, inside)
        if missing:
            for whole in await hydrating.wholes(tx, missing, inside=inside):
                fragment = self.making.fragment(whole)
                self.fragments.remember(memory, fragment.id, inside, fragment, seen)
                found[fragment.id] = fragment
        return found

    async def _quoted(
        self,
        tx: Tx,
        sheet: Sheet,
        fragments: dict[int, Fragment],
        viewer: Viewer,
        seen: Place,
    ) -> dict[int, Fragment]:
        """Return the posts with those that they quote, and note how each quote stands for the
        reader; of what a quoted post quotes itself only that."""
        quotes: dict[int, Standing] = {}
        for _ in range(2):
            asked = [id for id, one in fragments.items() if one.quote and id not in quotes]
            if not asked:
                break
            found = await quoting.standing(tx, asked, viewer)
            deeper, quotes = bool(quotes), quotes | found
            shown = [one.quoted_id for one in found.values() if one.quoted_id is not None]
            if shown and not deeper:
                inside = hydrating.is_inside(viewer)
                fragments = {**await self._fragments(tx, shown, inside, seen), **fragments}
        sheet.quotes = quotes
        return fragments

    async def _differing(
        self, tx: Tx, sheet: Sheet, fragments: Mapping[int, Fragment], viewer: Viewer
    ) -> None:
        """Read what differs by reader though they did nothing."""
        differ = [one for one in fragments.values() if not one.same]
        parents = [one.parent for one in differ if one.parent is not None]
        if parents:
            sheet.parents = await hydrating.parents(tx, parents, viewer)
        me = sheet.reader
        if me is None:
            return
        polls = [one.id for one in differ if one.poll is not None]
        if polls:
            sheet.votes = await hydrating.own_votes(tx, me, polls)
        asks = {one.author_id for one in differ if FOLLOWERS in one.quotable}
        if asks:
            sheet.follows = await hydrating.following_among(tx, me, asks)


async def _to_show(tx: Tx, chosen: Sequence[Chosen], viewer: Viewer) -> tuple[list[int], list[int]]:
    """Return the posts that can be shown, and what they share: what is shared must be the
    viewer's to see as well."""
    wanted = [one.id for one in chosen]
    boosted = [one.boost_of for one in chosen if one.boost_of is not None]
    if not boosted or _is_known(chosen):
        return wanted, boosted
    seen = {one.id for one in await hydrating.seen(tx, boosted, viewer)}
    wanted = [one.id for one in chosen if one.boost_of is None or one.boost_of in seen]
    return wanted, [id for id in boosted if id in seen]


def _is_known(chosen: Sequence[Chosen]) -> bool:
    """Return whether these were chosen by what the reader may see and did with them."""
    return bool(chosen) and chosen[0].did is not None


async def _did(
    tx: Tx,
    me: int,
    fragments: Mapping[int, Fragment],
    chosen: Sequence[Chosen],
    *,
    quotes: bool,
) -> dict[int, int]:
    """Return what a reader did with these posts, and with what they share and quote."""
    known: set[int] = set()
    found = {one.boost_of or one.id: one.did for one in chosen if one.did}
    if _is_known(chosen):
        if not quotes:
            return found
        known = {one.boost_of or one.id for one in chosen}
    asked = [id for id, one in fragments.items() if id not in known and one.boost_of is None]
    return found | await hydrating.did(tx, me, asked) if asked else found
