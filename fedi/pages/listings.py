"""Pages that list: the front page, the directory, a department, a hashtag.

Each reads all it shows in one hop, prints posts until the page has its size, and goes on below
the last one printed. Single posts are in conversations.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from actors import ids
from actors.errors import NotFound
from actors.hashtags import hashtag_key
from actors.html import first_words
from actors.people import Actor, ActorKind
from fedi.net.negotiate import PAGE_FIRST, Form, negotiate
from fedi.pages.cards import Cards, Face, web
from fedi.pages.language import Speech
from fedi.pages.site import Asked, Head, Site, redirect
from fedi.store import directory, showing
from fedi.store.directory import Department
from fedi.store.engine import Tx
from fedi.store.showing import Listing, Shown
from outbox.answers import Answer

PER_PAGE: Final = 15
POSTS_SIZE: Final = 19_000  # bytes of printed posts on a page
PINNED_SIZE: Final = 5_000
ASIDE: Final = 8
TAG_MAX: Final = 100
DESCRIPTION: Final = 200


class Printer:
    """Prints cards in one language, until what may be printed is spent."""

    def __init__(self, site: Site, say: Speech) -> None:
        times = site.times(say)
        self.cards = Cards(site.urls, say, times, site.clock.now())
        parts: Any = site.templates.get_template("parts.html").make_module(
            {"say": say, "times": times}
        )
        self._post = parts.post

    def post(self, shown: Shown, level: int = 2, *, main: bool = False, **how: bool) -> Markup:
        """Print one post; its author's name is a heading of this level."""
        printed: Markup = self._post(self.cards.card(shown, whole=main, **how), level, main)
        return printed

    def until(self, posts: Iterable[Shown], size: int, level: int = 2) -> list[Markup]:
        """Print posts until `size` bytes are spent, one at least."""
        printed: list[Markup] = []
        for shown in posts:
            html = self.post(shown, level)
            size -= len(html.encode())
            if size < 0 and printed:
                break
            printed.append(html)
        return printed


def _listed(
    site: Site, asked: Asked, listing: Listing, level: int = 2, path: str = ""
) -> dict[str, Any]:
    """Return what listing.html needs: printed posts, and where older and newer ones are."""
    printer = Printer(site, site.speech(asked))
    printed = printer.until(listing.posts, POSTS_SIZE, level)
    following = listing.following
    if len(printed) < len(listing.posts):
        following = listing.posts[len(printed) - 1].post.id
    path = path or asked.path
    older = f"{path}?before={ids.text(following)}" if following is not None else ""
    return {"cards": printed, "older": older, "newer": path if "before" in asked.query else ""}


# -- front page and directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A department in the directory, with those below it."""

    face: Face
    newest: int | None
    below: tuple["Entry", ...] = ()


def _entry(cards: Cards, department: Department, below: tuple[Entry, ...] = ()) -> Entry:
    newest = department.newest
    return Entry(
        face=cards.face(department.actor),
        newest=ids.moment(newest) if newest is not None else None,
        below=below,
    )


async def front(site: Site, asked: Asked) -> Answer:
    """Answer the front page: the newest public posts, and the departments."""
    start = asked.id("before")

    async def query(tx: Tx) -> tuple[Listing, list[Department]]:
        return await showing.newest(tx, start, PER_PAGE), await directory.departments(tx)

    listing, departments = await site.engine.read(query)
    say = site.speech(asked)
    cards = Printer(site, say).cards
    lively = sorted(departments, key=lambda entry: -(entry.newest or 0))[:ASIDE]
    head = Head(title=site.name(say), canonical=site.urls.page(""), description=site.name(say))
    return site.page(
        asked,
        "front.html",
        head=head,
        departments=[_entry(cards, entry) for entry in lively],
        **_listed(site, asked, listing),
    )


async def departments(site: Site, asked: Asked) -> Answer:
    """Answer the directory of departments, each below the one it belongs to."""
    found = await site.engine.read(directory.departments)
    say = site.speech(asked)
    cards = Printer(site, say).cards
    head = Head(title=say.text("nav.departments"), canonical=site.urls.page(asked.path))
    return site.page(asked, "directory.html", head=head, departments=_tree(cards, found))


def _tree(cards: Cards, found: list[Department]) -> tuple[Entry, ...]:
    known = {department.actor.id for department in found}
    by_parent: dict[int | None, list[Department]] = {}
    for department in found:
        parent = department.actor.parent_id
        by_parent.setdefault(parent if parent in known else None, []).append(department)

    def below(parent: int | None, depth: int) -> tuple[Entry, ...]:
        if depth > 5:
            return ()
        return tuple(
            _entry(cards, department, below(department.actor.id, depth + 1))
            for department in by_parent.get(parent, ())
        )

    return below(None, 0)


# -- one actor


async def profile(site: Site, asked: Asked) -> Answer:
    """Answer the page of one of our actors by its handle; a former handle leads to the new one."""
    username = asked.params["username"]
    actor = await site.engine.glance(lambda tx: directory.by_handle(tx, username))
    actor = _open(actor)
    if negotiate(asked.headers.get("accept"), PAGE_FIRST) in (Form.ACTIVITY, Form.LD):
        return redirect(actor.uri)
    if actor.username != username:
        return redirect(site.urls.profile(actor.username), 301)
    return await actor_page(site, asked, actor)


async def actor_by_id(site: Site, asked: Asked, id: int) -> Answer:
    """Answer the page of one of our actors at the address that is its id."""
    return await actor_page(
        site, asked, _open(await site.engine.glance(lambda tx: directory.by_id(tx, id)))
    )


def _open(actor: Actor | None) -> Actor:
    if actor is None or not directory.is_open(actor) or actor.kind is ActorKind.APPLICATION:
        raise NotFound("There is nobody of that name here.")
    return actor


async def actor_page(site: Site, asked: Asked, actor: Actor) -> Answer:
    """Answer the page of an actor that has one."""
    start = asked.id("before")

    async def query(tx: Tx) -> tuple[Listing, list[Shown], int | None, Actor | None]:
        listing = await showing.by_author(tx, actor.id, start, PER_PAGE)
        pins = await showing.pinned(tx, actor.id) if start is None else []
        total = None if actor.hides_totals else await directory.followers(tx, actor.id)
        return listing, pins, total, await _gone_to(tx, site, actor)

    listing, pins, total, new = await site.engine.read(query)
    say = site.speech(asked)
    printer = Printer(site, say)
    face = printer.cards.face(actor)
    summary = actor.summaries.get(say.code) or actor.summary
    path = printer.cards.path(site.urls.profile(actor.username))
    printed = printer.until(pins, PINNED_SIZE, 3)
    return site.page(
        asked,
        "department.html",
        head=_actor_head(site, actor, face, summary),
        face=face,
        followers=total,
        moved=_moved(say, actor, face, new),
        summary=Markup(summary),  # noqa: S704  (sanitised when it was stored)
        facts=[{"name": f.name, "value": Markup(f.value)} for f in actor.fields],  # noqa: S704
        official=actor.kind is ActorKind.ORGANIZATION,
        follow=f"/follow?uri={face.handle.removeprefix('@')}",
        feed=printer.cards.path(site.urls.feed(actor.username)),
        pinned=printed,
        **_listed(site, asked, _without(listing, pins[: len(printed)]), 3, path),
    )


def _without(listing: Listing, pins: list[Shown]) -> Listing:
    """Leave out of the first page what is shown above it already."""
    above = {shown.post.id for shown in pins}
    kept = tuple(shown for shown in listing.posts if shown.post.id not in above)
    return Listing(kept, listing.following)


async def _gone_to(tx: Tx, site: Site, actor: Actor) -> Actor | None:
    """Return the actor of ours that one has moved to, where everybody may see it."""
    named = site.urls.parse(actor.moved_to)
    if named is None or named.kind != "actor":
        return None
    found = await directory.by_id(tx, named.id)
    return found if found is not None and directory.is_open(found) else None


def _moved(say: Speech, actor: Actor, face: Face, new: Actor | None) -> Markup | None:
    """Say where an actor lives now: of one of ours by its name, else by its address."""
    if not web(actor.moved_to):
        return None
    where = (new.url, new.name) if new is not None else (actor.moved_to, actor.moved_to)
    link = Markup('<a href="{}">{}</a>').format(*where)
    return say("fed.moved", name=face.name, address=link)


def _actor_head(site: Site, actor: Actor, face: Face, summary: str) -> Head:
    return Head(
        title=face.name,
        canonical=site.urls.profile(actor.username),
        description=first_words(summary, DESCRIPTION),
        kind="profile",
        image=actor.icon.url if actor.icon is not None and face.picture else "",
        image_alt=actor.icon.description if actor.icon is not None else "",
        alternates=(
            (Form.ACTIVITY.value, actor.uri),
            ("application/atom+xml", site.urls.feed(actor.username)),
        ),
        index=actor.discoverable,
    )


# -- hashtags


def _tag_of(asked: Asked) -> tuple[str, str]:
    """Return the hashtag in the path, as written there and folded for finding."""
    name = asked.params["name"]
    if not name or len(name) > TAG_MAX:
        raise NotFound("There is no such hashtag.")
    return name, hashtag_key(name)


def _shown_tag(listing: Listing, name: str, folded: str) -> str:
    """Return a hashtag as the newest post has it."""
    written = (tag for one in listing.posts for tag in one.hashtags if tag.casefold() == folded)
    return next(written, name)


async def tagged(site: Site, asked: Asked) -> Answer:
    """Answer the page of what one of our actors wrote with a hashtag."""
    username, start = asked.params["username"], asked.id("before")
    name, folded = _tag_of(asked)
    actor = _open(await site.engine.glance(lambda tx: directory.by_handle(tx, username)))
    if actor.username != username:
        return redirect(site.urls.tagged(actor.username, name), 301)
    listing = await site.engine.read(
        lambda tx: showing.tagged_by(tx, actor.id, folded, start, PER_PAGE)
    )
    cards, shown = Printer(site, site.speech(asked)).cards, _shown_tag(listing, name, folded)
    face, address = cards.face(actor), site.urls.tagged(actor.username, name)
    head = Head(
        title=f"{face.name} – #{shown}",
        canonical=address,
        index=bool(listing.posts) and actor.discoverable,
    )
    return site.page(
        asked,
        "tagged.html",
        head=head,
        face=face,
        profile=cards.path(site.urls.profile(actor.username)),
        tag=shown,
        **_listed(site, asked, listing, 2, cards.path(address)),
    )


async def tag(site: Site, asked: Asked) -> Answer:
    """Answer the page of a hashtag: our own public posts that carry it."""
    name, folded = _tag_of(asked)
    start = asked.id("before")
    listing = await site.engine.read(lambda tx: showing.tagged(tx, folded, start, PER_PAGE))
    shown = _shown_tag(listing, name, folded)
    title = site.speech(asked).text("tag.title", tag=shown)
    head = Head(title=title, canonical=site.urls.tag(name), index=bool(listing.posts))
    path = site.urls.tag(name).removeprefix(site.urls.origin)
    return site.page(
        asked, "tag.html", head=head, tag=shown, **_listed(site, asked, listing, 2, path)
    )
