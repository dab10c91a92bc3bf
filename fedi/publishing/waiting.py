"""Keeps what has to be approved first: it becomes a draft in the very unit in which the rule of
its verb said so (actors/access.py), and those who may approve it are told.

So every way to publish waits alike, without asking. What is done with a draft then is in
fedi/departments/drafts.py.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from actors.drafts import WAITS, DraftState, SharedDraft, Step
from actors.effects import Done, Notify, Refusal
from actors.errors import Conflict, FediError, Forbidden, Invalid
from actors.people import Actor, Person
from actors.posts import Note, Post
from actors.relationships import NotificationKind
from fedi.perform import Also, Performer
from fedi.publishing.wishes import Draft, Wish, wished
from fedi.store import attachments, drafts, media
from fedi.store.engine import Tx
from fedi.store.unit import UnitStore

DRAFT: Final = "draft"
"""What an Idempotency-Key led to (fedi/store/kept.py)."""
MOST: Final = 500
"""How many drafts of a department may be on their way."""
_FILES_MS: Final = 10 * 366 * 86_400_000


class Waits(FediError):
    """What was to be published is a draft now, and waits for approval."""

    code = WAITS.code
    status = 202

    def __init__(self, draft_id: int) -> None:
        super().__init__(WAITS.sentence)
        self.draft_id = draft_id


@dataclass(frozen=True, slots=True)
class Reads:
    """How a text reads: its HTML, and the URIs of whom it names."""

    html: str
    named: tuple[str, ...] = ()

    @classmethod
    def of(cls, note: Note | None) -> "Reads":
        if note is None:
            return cls("")
        return cls(note.content, tuple(mention.href for mention in note.mentions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What goes with a post, should it have to wait: when it is to appear (ms), its app, its files
    where they aren't taken yet, the length of its poll, what its app gets to see of its own words,
    the post whose new words it is, the draft that it was before, and what else is written with it,
    by the draft's id."""

    due: int | None = None
    app_id: int | None = None
    files: Sequence[int] | None = None
    poll_seconds: int | None = None
    shown: dict[str, Any] = field(default_factory=dict)
    edits: Post | None = None
    again: SharedDraft | None = None
    beside: Callable[[UnitStore, int], Awaitable[None]] | None = None


class Keeper:
    """Keeps one post should it have to wait."""

    def __init__(self, performer: Performer, author: Actor, draft: Draft, aside: Aside) -> None:
        self._performer = performer
        self._author = author
        self._draft = draft
        self._aside = aside
        self._kept: int | None = None

    @contextmanager
    def waits(self) -> Iterator[None]:
        """Raise Waits where the unit inside made a draft."""
        try:
            yield
        except Forbidden as problem:
            if problem.code == WAITS.code and self._kept is not None:
                raise Waits(self._kept) from None
            raise

    def keeping(self, reads: Reads) -> Also:
        """Return what keeps the post in the unit that refuses to publish it now."""

        async def also(store: UnitStore, outcome: Done | Refusal) -> None:
            if isinstance(outcome, Refusal) and outcome.code == WAITS.code:
                self._kept = await self._keep(store, reads)

        return also

    async def _keep(self, store: UnitStore, reads: Reads) -> int:
        aside, draft, now = self._aside, self._draft, store.now
        wish, again = self._wish(now), aside.again
        row = SharedDraft(
            id=store.new_id() if again is None else again.id,
            actor_id=self._author.id,
            author_id=draft.person,
            state=DraftState.PENDING,
            version=1 if again is None else again.version + 1,
            wish=wish.encoded(),
            html=reads.html,
            named=await named_in(store, reads),
            wished=aside.due,
            edits_id=aside.edits.id if aside.edits is not None else None,
            app_id=aside.app_id,
            created=now if again is None else again.created,
            changed=now,
            changed_by=draft.person,
        )
        if again is None:
            await begin(store.tx, row, Step.HAND_IN)
        else:
            await change(store.tx, again, row, Step.HAND_IN, draft.person)
        await attachments.give_back(store.tx, wish.media)
        await hold_files(store.tx, row.actor_id, wish.media, now)
        await tell(self._performer, store, row)
        if aside.beside is not None:
            await aside.beside(store, row.id)
        return row.id

    def _wish(self, now: int) -> Wish:
        aside, draft = self._aside, self._draft
        seconds = aside.poll_seconds
        if seconds is None:
            seconds = max(0, (draft.poll_ends or now) - now) // 1000
        files = aside.files
        if files is None:
            files = [one.id for one in draft.media if one.id]
        edit = aside.edits.edit_number if aside.edits is not None else 0
        return wished(draft, files, seconds, aside.shown, edit)


def both(one: Also, other: Also) -> Also:
    """Return what writes both."""

    async def also(store: UnitStore, outcome: Done | Refusal) -> None:
        await one(store, outcome)
        await other(store, outcome)

    return also


async def begin(tx: Tx, row: SharedDraft, step: Step) -> None:
    """Keep a new draft; Invalid where a department has too many."""
    if await drafts.count(tx, row.actor_id) >= MOST:
        raise Invalid(f"At most {MOST} drafts of a department can be on their way.")
    await drafts.add(tx, row)
    await drafts.note(tx, row.id, step, row.author_id, row.created)


async def change(
    tx: Tx, before: SharedDraft, row: SharedDraft, step: Step, person: int | None, **words: str
) -> None:
    """Keep what a draft became by a step; Conflict where somebody was quicker."""
    if not await drafts.become(tx, before, row):
        raise Conflict(
            "Somebody has changed this draft meanwhile. Look at what it says now, and do it again."
        )
    earlier = before.wish if row.wish != before.wish else ""
    await drafts.note(tx, row.id, step, person, row.changed, wish=earlier, **words)


async def named_in(store: UnitStore, reads: Reads) -> tuple[int, ...]:
    """Return whom a text names, by id, as far as they are known here."""
    found = await store.actors_by_uri(reads.named) if reads.named else {}
    return tuple(found[uri].id for uri in reads.named if uri in found)


async def hold_files(
    tx: Tx, actor_id: int, files: Sequence[int], now: int, keep_ms: int = _FILES_MS
) -> None:
    """Keep the files of a draft as long as it lives, or for a while more."""
    found = await attachments.owned(tx, actor_id, files)
    names = [name for one in found.values() for name in one.names]
    await media.retire(tx, names, now + keep_ms)


async def tell(
    performer: Performer,
    store: UnitStore,
    row: SharedDraft,
    *,
    to: Sequence[Person] | None = None,
    by: int | None = None,
) -> None:
    """Tell those who may approve a draft of it, or `to`, in place of what was told of it before;
    `by` is the person who tells, its author where it is None."""
    teller = row.author_id if by is None else by
    whom = await drafts.approvers(store.tx, row.actor_id, store.now) if to is None else to
    someone = await drafts.person(store.tx, teller)
    face = someone.actor_id if someone is not None else row.actor_id
    kind = NotificationKind.MENTION if to is None else NotificationKind.UPDATE
    await drafts.untell(store.tx, row.id)
    told = [one for one in whom if one.id != teller and one.actor_id != face]
    effects = tuple(Notify(one.actor_id, kind, face, row.id) for one in told)
    await performer.apply(store.tx, effects, teller)
    for one in told:
        await drafts.noticed(store.tx, row.id, one, kind, face)


async def out(
    performer: Performer, store: UnitStore, draft: SharedDraft, made: Post, by: int | None
) -> bool:
    """Note, in the unit that publishes it, what came of a draft, and tell its author, unless it is
    `by` them; False where that was done before."""
    if not await drafts.published(store.tx, draft, made.id, by, store.now):
        return False
    author = await drafts.person(store.tx, draft.author_id)
    if author is not None and author.id != by:
        told = Notify(author.actor_id, NotificationKind.STATUS, draft.actor_id, made.id)
        await performer.apply(store.tx, (told,), by)
    return True
