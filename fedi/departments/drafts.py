"""A second pair of eyes: drafts handed in, returned, approved, rejected.

A draft is published in the unit that notes its approval, so that it is published once, whatever
happens and however many approve it at once. Who may is looked up again in that very unit. Rule:
actors/drafts.py. What waits comes here by fedi/publishing/waiting.py.
"""

from dataclasses import dataclass, replace

from actors.drafts import MOST_COMMENT, Approval, DraftState, SharedDraft, Step
from actors.errors import Conflict, FediError, Forbidden, Invalid, NotFound, Unavailable
from actors.membership import may_manage
from actors.people import Actor, ActorKind, Person
from actors.posts import Post
from fedi.departments.drafting import Drafting, Outdated
from fedi.publishing import Draft
from fedi.publishing.waiting import Aside, Waits, change, hold_files, out, tell
from fedi.publishing.wishes import wish_of
from fedi.publishing.writing import Beside
from fedi.store import drafts, kept, scheduled
from fedi.store.engine import Tx
from fedi.store.scheduled import Scheduled
from fedi.store.unit import UnitStore


class _Changed(Exception):
    """The draft, or who may do what with it, is no more what was looked at."""


@dataclass(frozen=True, slots=True)
class Drafts(Drafting):
    """Does what is done with drafts that are handed in."""

    async def hand_in(self, draft: SharedDraft, person: int) -> SharedDraft:
        """Say that a draft is done. Its author is then who says so. It waits for approval, or,
        where it needs none, is published now or at its time."""
        actor = await self.actor(draft)
        await self._may(draft, Step.HAND_IN, person)
        wish = wish_of(draft.wish)
        waits = await self.writing.waits(actor, person)
        if not waits and self._is_later(draft):
            return await self._schedule(actor, draft, person, None)
        said = replace(await self._said(actor, wish, take=True), person=person)
        aside = Aside(
            due=draft.wished,
            app_id=draft.app_id,
            poll_seconds=wish.poll_seconds,
            shown=wish.shown,
            again=draft,
        )
        later = waits and self._is_later(draft)

        async def beside(store: UnitStore, made: Post) -> None:
            if later:
                raise _Changed  # their role has changed just now: ask again
            if not await drafts.become(store.tx, draft, replace(draft, author_id=person)):
                raise _Changed
            await out(self.writing.performer, store, replace(draft, author_id=person), made, person)

        return await self._published(actor, draft, said, beside, aside)

    # -- a second pair of eyes

    async def approve(
        self, draft: SharedDraft, person: int, *, version: int | None = None
    ) -> SharedDraft:
        """Publish what another wrote, now or at its time; approved twice, it is published once.
        `version` is what the approver has read: Outdated where it is another now."""
        actor = await self.actor(draft)
        if draft.state is not DraftState.PUBLISHED:
            await self._may(draft, Step.APPROVE, person)
        else:
            await self._may(replace(draft, state=DraftState.PENDING), Step.APPROVE, person)
            return draft
        if version is not None and version != draft.version:
            raise Outdated(draft)
        now = self.writing.performer.clock.now()
        approval = Approval(by=person, at=now)
        if self._is_later(draft):
            said = await self._said(actor, wish_of(draft.wish))
            await self.writing.look_at(actor, person, said)
            return await self._schedule(actor, draft, person, approval)
        said = await self._said(actor, wish_of(draft.wish), take=True, post_id=draft.edits_id)
        said = replace(said, person=draft.author_id, approval=approval)

        async def beside(store: UnitStore, made: Post) -> None:
            await self._allowed(store, draft, Step.APPROVE, person)
            approved = replace(draft, approved=now, approved_by=person, changed=now)
            if not await drafts.become(store.tx, draft, approved):
                raise _Changed
            await drafts.note(store.tx, draft.id, Step.APPROVE, person, now)
            if draft.app_id is not None and draft.edits_id is None:
                await kept.written_with(store.tx, made.id, draft.app_id)
            await out(self.writing.performer, store, approved, made, person)

        return await self._published(actor, draft, said, beside, Aside())

    async def send_back(self, draft: SharedDraft, person: int, words: str) -> SharedDraft:
        """Return a draft to its author with a comment; they are told."""
        return await self._answered(draft, Step.RETURN, person, words)

    async def comment(self, draft: SharedDraft, person: int, words: str) -> SharedDraft:
        """Say something about a draft: those who may approve it are told, and its author."""
        return await self._answered(draft, Step.COMMENT, person, words)

    async def reject(self, draft: SharedDraft, person: int, words: str = "") -> SharedDraft:
        """Publish a draft never; its author is told, its files go after some days."""
        return await self._answered(draft, Step.REJECT, person, words)

    # -- settings

    async def four_eyes(self, actor: Actor, on: bool, *, by: int | None = None) -> int:
        """Have all that a department says looked at by two, or no more; return how many may
        approve. `by` must manage it; None is the house itself."""
        if actor.kind is ActorKind.PERSON:
            raise Invalid("A person's own account needs no approval.")
        performer = self.writing.performer

        async def unit(tx: Tx) -> int:
            store = performer.open(tx)
            if by is not None and not may_manage(await store.membership(by, actor.id), store.now):
                raise Forbidden("Only those who manage this account may change it.")
            await drafts.set_four_eyes(tx, actor.id, on, by, store.now)
            return len(await drafts.approvers(tx, actor.id, store.now))

        return await performer.engine.write(unit)

    # -- parts

    async def _schedule(
        self, actor: Actor, draft: SharedDraft, person: int, approval: Approval | None
    ) -> SharedDraft:
        """Let a draft wait for its time, under the id that it has; then no role is asked for."""
        performer, step = self.writing.performer, Step.APPROVE if approval else Step.HAND_IN
        now = performer.clock.now()
        row = replace(draft, state=DraftState.APPROVED, changed=now, comment="", comment_by=None)
        if approval is not None:
            row = replace(row, approved=approval.at, approved_by=approval.by)
        else:
            row = replace(row, author_id=person)
        waiting = Scheduled(
            id=draft.id,
            actor_id=actor.id,
            person_id=row.author_id or 0,
            app_id=draft.app_id,
            due=draft.wished or now,
            params=draft.wish,
        )

        async def unit(tx: Tx) -> SharedDraft:
            store = performer.open(tx)
            await self._allowed(store, draft, step, person)
            await change(tx, draft, row, step, person)
            await scheduled.add(tx, waiting)
            author = await drafts.person(tx, row.author_id)
            if approval is not None and author is not None:
                await tell(performer, store, row, to=[author], by=person)
            return row

        made = await self._unless_outdated(draft, unit)
        performer.bus.wake("jobs")
        return made

    async def _published(
        self, actor: Actor, draft: SharedDraft, said: Draft, beside: Beside, aside: Aside
    ) -> SharedDraft:
        """Publish a draft, or the new words of a post; return what the draft became. Outdated
        where somebody was quicker, unless they published it too."""
        try:
            if draft.edits_id is None:
                await self.writing.publish(actor, said, beside, aside)
            else:
                post = await self._edited(draft)
                media = said.media or (None if _nameless(post) else ())
                await self.writing.edit(actor, post, said, media=media, beside=beside, aside=aside)
        except Waits:
            return await self.find(draft.id)
        except (FediError, _Changed) as problem:
            await self._keep_files(actor, said)
            if isinstance(problem, FediError) and not isinstance(problem, Conflict):
                raise
            now = await self.find(draft.id)
            if now.state is DraftState.PUBLISHED:
                return now
            if now == draft:
                raise Unavailable("That did not work: try again in a moment.") from None
            raise Outdated(now) from None
        return await self.find(draft.id)

    async def _keep_files(self, actor: Actor, said: Draft) -> None:
        """Keep the files of a draft that was not published as before."""
        if not said.media:
            return
        await self.media.give_back(said.media)
        files, now = [one.id for one in said.media if one.id], self.writing.performer.clock.now()
        engine = self.writing.performer.engine
        await engine.write(lambda tx: hold_files(tx, actor.id, files, now))

    async def _edited(self, draft: SharedDraft) -> Post:
        """Return the post whose new words a draft is, if nobody has changed it since."""
        post = await self.writing.look(lambda store: store.post_by_id(draft.edits_id or 0))
        if post is None or post.deleted is not None:
            raise NotFound("The post that this would change is no more.")
        if post.edit_number != wish_of(draft.wish).edit_number:
            raise Invalid("The post has been changed since this was written: write it anew.")
        return post

    async def _answered(
        self, draft: SharedDraft, step: Step, person: int, words: str
    ) -> SharedDraft:
        words = words.strip()
        if len(words) > MOST_COMMENT:
            raise Invalid(f"A comment has at most {MOST_COMMENT} characters.")
        if not words and step is not Step.REJECT:
            raise Invalid("Say what is to be changed.")

        async def unit(tx: Tx) -> SharedDraft:
            store = self.writing.performer.open(tx)
            row = await self._stepped(store, draft, step, person, words)
            if step is Step.REJECT:
                await self._let_files_go(tx, row)
            whom = await self._whom(store, row, step, person)
            await tell(self.writing.performer, store, row, to=whom, by=person)
            return row

        return await self._unless_outdated(draft, unit)

    async def _whom(
        self, store: UnitStore, row: SharedDraft, step: Step, person: int
    ) -> list[Person]:
        """Return who hears of what was said of a draft: its author, or who may approve it."""
        if step is Step.COMMENT and row.author_id == person:
            return await drafts.approvers(store.tx, row.actor_id, store.now)
        author = await drafts.person(store.tx, row.author_id)
        return [author] if author is not None else []


def _nameless(post: Post) -> bool:
    """Return whether a post has files that can't be named, which then stay as they are."""
    return bool(post.media) and not any(one.id for one in post.media)
