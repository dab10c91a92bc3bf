"""The page of one post: what it answers above, the answers below as a tree; and its history.

Answers from elsewhere are marked as such and lead to where they stand. What does not fit into
the page's size is one link further on.
"""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from actors import ids
from actors.errors import Gone, NotFound
from actors.html import first_words
from actors.posts import Revision
from fedi.net.negotiate import Form
from fedi.pages.language import Speech
from fedi.pages.listings import DESCRIPTION, Printer
from fedi.pages.site import Asked, Head, Site
from fedi.store import showing, threads
from fedi.store.engine import Tx
from fedi.store.showing import Shown
from fedi.store.threads import Reply, Thread
from outbox.answers import Answer
from outbox.objects.moment import stamp

ABOVE_SIZE: Final = 6_000  # bytes of printed posts above the one that was asked for
PAGE_SIZE: Final = 24_000  # bytes of printed posts in all
LEAST_SIZE: Final = 6_000  # of these for answers, however long the post is


async def post(site: Site, asked: Asked, id: int) -> Answer:
    """Answer the page of a post of ours: NotFound where there is none that everyone may see,
    Gone where there was one."""
    after = asked.id("after")
    thread = await site.engine.read(lambda tx: threads.thread(tx, id, after))
    if thread is None:
        raise NotFound("There is no such post here.")
    if thread.shown.post.deleted is not None:
        raise Gone("The post has been deleted.")
    say = site.speech(asked)
    printer = Printer(site, say)
    card = printer.post(thread.shown, 2, main=True, answers=not thread.above)
    above = _above(printer, thread)
    room = PAGE_SIZE - len(card.encode()) - sum(len(one.encode()) for one in above)
    tree = _Tree(printer, say, max(room, LEAST_SIZE))
    replies, last = tree.whole(thread.replies)
    href = printer.cards.href(thread.shown.post)
    following = last if last is not None else thread.following
    return site.page(
        asked,
        "post.html",
        head=_head(site, say, printer, thread.shown),
        face=printer.cards.face(thread.shown.author),
        above=above,
        card=card,
        replies=replies,
        following=f"{href}?after={ids.text(following)}" if following is not None else "",
        earlier=href if after is not None else "",
    )


def _above(printer: Printer, thread: Thread) -> list[Markup]:
    """Print what the post answers; where it is much, the nearest only."""
    near = printer.until(reversed(thread.above), ABOVE_SIZE, 3)
    return near[::-1]


class _Tree:
    """Prints answers as nested lists while there is room."""

    def __init__(self, printer: Printer, say: Speech, room: int) -> None:
        self._printer = printer
        self._say = say
        self._room = room

    def whole(self, replies: tuple[Reply, ...]) -> tuple[Markup, int | None]:
        """Return the printed tree, and after which first-level answer it ends too early."""
        printed: list[Markup] = []
        for number, reply in enumerate(replies):
            if self._room <= 0 and number:
                return _list(printed), replies[number - 1].shown.post.id
            printed.append(self._branch(reply))
        return _list(printed), None

    def _branch(self, reply: Reply) -> Markup:
        card = self._printer.post(reply.shown, 3, answers=False)
        self._room -= len(card.encode()) + 60
        below: list[Markup] = []
        for answer in reply.replies:
            if self._room <= 0:
                break
            below.append(self._branch(answer))
        rest = self._rest(reply) if reply.shown.replies > len(below) else Markup("")
        return Markup("<li>{}{}{}</li>").format(card, _list(below), rest)

    def _rest(self, reply: Reply) -> Markup:
        """Return the way to answers that are not shown here; another's are read at their server."""
        if not reply.shown.post.local:
            return Markup("")
        href = self._printer.cards.href(reply.shown.post)
        link = Markup('<p class="foot"><a class="go" href="{}">{}</a></p>')
        return link.format(href, self._say("thread.more"))


def _list(items: list[Markup]) -> Markup:
    if not items:
        return Markup("")
    return Markup('<ol class="tree">{}</ol>').format(Markup("\n").join(items))


def _head(site: Site, say: Speech, printer: Printer, shown: Shown) -> Head:
    post, card = shown.post, printer.cards.card(shown)
    title = say.text("post.title", name=card.face.name)
    description = card.warning or first_words(printer.cards.text(post, True)[0], DESCRIPTION)
    picture = card.pictures[0] if card.pictures and not card.warning else None
    return Head(
        title=title,
        canonical=post.uri,
        description=description,
        kind="article",
        image=site.urls.page(picture.path) if picture is not None else "",
        image_alt=picture.alt if picture is not None else "",
        published=stamp(post.published),
        alternates=((Form.ACTIVITY.value, post.uri),),
        index=shown.author.discoverable and post.visibility == "public",
    )


# -- history


@dataclass(frozen=True, slots=True)
class Version:
    """A text that a post has or had; `since` is when it got it."""

    since: int
    warning: str
    text: Markup


async def history(site: Site, asked: Asked, id: int) -> Answer:
    """Answer all the texts a post of ours has had, newest first."""

    async def query(tx: Tx) -> tuple[Shown, list[Revision]] | None:
        found = await showing.one(tx, id)
        if found is None or found.post.deleted is not None:
            return None
        return found, await showing.history(tx, id)

    found = await site.engine.read(query)
    if found is None or not found[1]:
        raise NotFound("There is no such page.")
    shown, revisions = found
    printer = Printer(site, site.speech(asked))
    now = Version(shown.post.edited or shown.post.published, shown.post.summary, _html(shown))
    before = [Version(r.created, r.summary, Markup(r.content)) for r in revisions]  # noqa: S704
    head = Head(title="", canonical=site.urls.page(asked.path), index=False)
    return site.page(
        asked,
        "history.html",
        head=head,
        face=printer.cards.face(shown.author),
        href=printer.cards.href(shown.post),
        language=printer.cards.text(shown.post, True)[1],
        versions=[now, *reversed(before)],
    )


def _html(shown: Shown) -> Markup:
    return Markup(shown.post.content)  # noqa: S704  (sanitised when it was stored)
