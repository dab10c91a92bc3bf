"""What waits for approval as apps read it: a Status like any other, to its author and to those who
may approve it, with a last line that says how it stands and what to do with it.

Nothing of it is in a table of posts or kept among rendered ones. drafting.py does what apps say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from actors.audience import Viewer
from actors.drafts import DraftState, SharedDraft, sees
from actors.hashtags import hashtag_key
from actors.html import escape
from actors.membership import may_approve
from actors.people import Actor, Person
from actors.posts import Hashtag, Option, Poll, Post, Visibility
from fedi.mastodon.rendering import Renderer
from fedi.media.records import media_of
from fedi.pages.language import Speech, choose, speech
from fedi.pages.times import Times
from fedi.publishing.wishes import Wish, wish_of
from fedi.store import attachments, drafts, roles
from fedi.store.engine import Tx
from fedi.store.hydrating import Whole
from outbox import compose
from outbox.objects.record import Named, Surroundings

SHOWN = frozenset({DraftState.PENDING, DraftState.RETURNED, DraftState.APPROVED})


@dataclass(frozen=True, slots=True)
class _Reading:
    """A draft and who reads it; `approves` is whether they may approve it."""

    draft: SharedDraft
    person: Person
    approves: bool


async def readable(
    tx: Tx, found: Sequence[tuple[SharedDraft, Person]], now: int
) -> list[tuple[SharedDraft, Person]]:
    """Return those of these drafts that these people see in their apps now: rejected ones, only
    their authors."""
    seen = []
    for draft, person in found:
        shown = draft.state in SHOWN or (
            draft.state is DraftState.REJECTED and draft.author_id == person.id
        )
        if not shown:
            continue
        role = await roles.effective(tx, person.id, draft.actor_id, now)
        if sees(draft, person.id, role, now):
            seen.append((draft, person))
    return seen


async def pending(
    renderer: Renderer, tx: Tx, found: Sequence[tuple[SharedDraft, Person]], viewer: Viewer
) -> dict[int, bytes]:
    """Return those of these drafts that the persons beside them see, as JSON by id."""
    now = renderer.now()
    wholes = []
    for draft, person in await readable(tx, found, now):
        role = await roles.effective(tx, person.id, draft.actor_id, now)
        reading = _Reading(draft, person, may_approve(role, now) and draft.author_id != person.id)
        wholes.append(await _whole(renderer, tx, reading))
    return await renderer.unpublished(tx, wholes, viewer) if wholes else {}


async def told(
    renderer: Renderer, tx: Tx, ids: Sequence[int], me: int, viewer: Viewer
) -> dict[int, bytes]:
    """Return those of these drafts that an actor was told of, as JSON by id, as far as whose
    account it is may still see them."""
    if not ids:
        return {}
    return await pending(renderer, tx, await drafts.told_of(tx, me, ids), viewer)


async def _whole(renderer: Renderer, tx: Tx, reading: _Reading) -> Whole:
    """Return a draft as if it were a post."""
    draft, wish = reading.draft, wish_of(reading.draft.wish)
    people = await drafts.actors(tx, (draft.actor_id, *draft.named))
    author = people[draft.actor_id]
    urls = renderer.making.urls
    owned = await attachments.owned(tx, draft.actor_id, wish.media)
    files = [media_of(owned[id], urls) for id in wish.media if id in owned]
    lines = await _lines(renderer, tx, reading)
    post = Post(
        id=draft.id,
        uri=urls.post(draft.id),
        url=urls.post(draft.id),
        author_id=author.id,
        visibility=Visibility(wish.visibility),
        local=True,
        content=draft.html + "".join(f"<p><em>{escape(line)}</em></p>" for line in lines),
        source=wish.text,
        language=wish.language or author.language,
        summary=wish.summary,
        sensitive=wish.sensitive,
        published=draft.created,
        edited=draft.changed if draft.version > 1 else None,
        in_reply_to=await drafts.post_id(tx, wish.reply_to) if wish.reply_to else None,
        media=tuple(files),
    )
    around = _around(draft, wish, author, people)
    return Whole(post=post, around=around, likes=0, boosts=0, replies=0, quotes=0, app=None)


def _around(
    draft: SharedDraft, wish: Wish, author: Actor, people: dict[int, Actor]
) -> Surroundings:
    named = tuple(Named(actor=people[id]) for id in draft.named if id in people)
    tags = compose.scan(wish.text).hashtags
    poll = None
    if wish.choices:
        options = tuple(Option(choice) for choice in wish.choices)
        poll = Poll(
            post_id=draft.id,
            options=options,
            multiple=wish.multiple,
            ends=draft.changed + wish.poll_seconds * 1000,
        )
    return Surroundings(
        author=author,
        addressees=named,
        hashtags=tuple(Hashtag(post_id=draft.id, name=hashtag_key(tag), shown=tag) for tag in tags),
        poll=poll,
        votes=(0,) * len(wish.choices) if poll is not None else None,
        voters=0 if poll is not None else None,
    )


async def _lines(renderer: Renderer, tx: Tx, reading: _Reading) -> list[str]:
    """Return how it stands with a draft, and what its reader can do, in their language."""
    draft = reading.draft
    say = speech(choose("", reading.person.language))
    by = await _name(tx, draft.comment_by, say)
    when = ""
    if draft.wished is not None:
        when = Times(say, ZoneInfo(renderer.zone), renderer.now()).moment(draft.wished)
    lines = [say.text("draft.change")] if draft.edits_id is not None else []
    if reading.approves:
        lines.append(say.text("draft.written", name=await _name(tx, draft.author_id, say)))
    match draft.state:
        case DraftState.RETURNED:
            lines.append(say.text("draft.returned", name=by, comment=draft.comment))
            lines += [] if reading.approves else [say.text("draft.again")]
        case DraftState.APPROVED if draft.approved_by is not None:
            name = await _name(tx, draft.approved_by, say)
            lines.append(say.text("draft.approved", name=name, time=when))
        case DraftState.APPROVED:
            lines.append(say.text("draft.planned", time=when))
        case DraftState.REJECTED:
            key = "draft.rejected_why" if draft.comment else "draft.rejected"
            lines.append(say.text(key, name=by, comment=draft.comment))
        case _:
            lines.append(say.text("draft.waiting"))
            lines += (
                [say.text("draft.comment", name=by, comment=draft.comment)] if draft.comment else []
            )
            lines += [say.text("draft.wished", time=when)] if when else []
            lines += [say.text("draft.how")] if reading.approves else []
    return lines


async def _name(tx: Tx, person_id: int | None, say: Speech) -> str:
    """Return a colleague's name, as drafts tell it inside."""
    found = await drafts.person(tx, person_id)
    return found.name if found is not None else say.text("draft.someone")
