"""What apps do with what waits for approval: boosting approves it, editing changes it, answering
sends it back with a comment, deleting rejects it or takes it back (docs/approval.md).

Its id answers with the published post from then on, for those who knew it; for all others there
never was anything. pending.py makes it look like a post.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import msgspec

from actors import ids
from actors.audience import LocalActor
from actors.drafts import DraftState, SharedDraft, Step, sees
from actors.errors import Forbidden, Invalid, NotFound
from actors.membership import may_approve
from fedi.departments.drafts import Drafts
from fedi.mastodon.asking import Ask, Reply
from fedi.mastodon.composing import language_of, poll_of
from fedi.mastodon.pending import pending, readable
from fedi.mastodon.stopping import in_their_words
from fedi.pages.language import choose, speech
from fedi.publishing.waiting import DRAFT
from fedi.publishing.wishes import Wish, wish_of
from fedi.store import conversation, drafts, kept, roles, stopped
from fedi.store.engine import Tx

GONE: Final = "Record not found"
FRESH_MS: Final = 120_000
"""How long a change of a colleague's is news to who approves."""
_WORDS: Final = {"own_approval": "draft.own", "not_yours": "draft.not_yours"}


def departments(ask: Ask) -> Drafts:
    """Return what does things with drafts, on this process' parts."""
    return Drafts(ask.api.writing, ask.api.media.attachments)


# -- finding


async def _known(tx: Tx, ask: Ask, id: int) -> SharedDraft | None:
    """Return a draft that whoever asks knows, whatever became of it: with the token of the
    department, or with their own."""
    caller = ask.caller
    if caller is None or caller.actor is None or caller.person is None:
        return None
    draft = await drafts.one(tx, id)
    if draft is None or caller.actor.id not in (draft.actor_id, caller.person.actor_id):
        return None
    now = ask.api.clock.now()
    role = await roles.effective(tx, caller.person.id, draft.actor_id, now)
    return draft if sees(draft, caller.person.id, role, now) else None


async def waiting(ask: Ask, id: int) -> SharedDraft | None:
    """Return what waits under this id, for who sees it."""

    async def query(tx: Tx) -> SharedDraft | None:
        draft = await _known(tx, ask, id)
        if draft is None:
            return None
        return draft if await readable(tx, [(draft, ask.person)], ask.api.clock.now()) else None

    return await ask.api.engine.glance(query) if ask.reader is not None else None


async def post_of(ask: Ask, id: int) -> int | None:
    """Return the post that came of a draft, for who knew it."""

    async def query(tx: Tx) -> int | None:
        draft = await _known(tx, ask, id)
        return None if draft is None else draft.post_id

    return await ask.api.engine.glance(query) if ask.reader is not None else None


async def instead(ask: Ask, id: int) -> int:
    """Return the post that came of a draft; Invalid for one that waits, NotFound else."""
    found = await post_of(ask, id)
    if found is not None:
        return found
    if await waiting(ask, id) is not None:
        raise Invalid(speech(choose("", ask.person.language)).text("draft.not_here"))
    raise NotFound(GONE)


# -- showing


async def show(ask: Ask, id: int) -> Reply:
    """Return what waits under an id, or the post that came of it."""

    async def query(tx: Tx) -> bytes | None:
        draft = await _known(tx, ask, id)
        return None if draft is None else await _shown(tx, ask, draft)

    found = await ask.api.engine.read(query) if ask.reader is not None else None
    if found is None:
        raise NotFound(GONE)
    return Reply(found)


async def _shown(tx: Tx, ask: Ask, draft: SharedDraft) -> bytes | None:
    renderer = ask.api.renderer
    if draft.post_id is None:
        return (await pending(renderer, tx, [(draft, ask.person)], ask.viewer)).get(draft.id)
    return await renderer.status(tx, draft.post_id, ask.viewer)


async def several(ask: Ask, wanted: Sequence[int]) -> dict[int, bytes]:
    """Return what is under these ids, as JSON by id; what isn't there is passed over."""

    async def query(tx: Tx) -> dict[int, bytes]:
        found = {}
        for id in wanted:
            draft = await _known(tx, ask, id)
            text = None if draft is None else await _shown(tx, ask, draft)
            if text is not None:
                found[id] = text
        return found

    return await ask.api.engine.read(query) if wanted and ask.reader is not None else {}


async def context(ask: Ask, draft: SharedDraft, depth: int) -> Reply:
    """Return what a draft answers, as the conversation around it."""
    renderer, uri = ask.api.renderer, wish_of(draft.wish).reply_to

    async def query(tx: Tx) -> Reply:
        parent = await drafts.post_id(tx, uri) if uri else None
        above = [] if parent is None else [*await conversation.ancestors(
            tx, parent, ask.viewer, depth), parent]  # fmt: skip
        shown = await renderer.statuses(tx, above, ask.viewer, context="thread")
        return Reply(b'{"ancestors":[' + b",".join(shown) + b'],"descendants":[]}')

    return await ask.api.engine.read(query)


def source(draft: SharedDraft) -> dict[str, str]:
    """Return the words of a draft as they were written (StatusSource)."""
    wish = wish_of(draft.wish)
    return {"id": ids.text(draft.id), "text": wish.text, "spoiler_text": wish.summary}


# -- doing


@contextmanager
def _in_words(ask: Ask) -> Iterator[None]:
    """Say why something may not be done with a draft in the language of the person who asks."""
    with in_their_words(ask):
        try:
            yield
        except Forbidden as problem:
            key = _WORDS.get(problem.code)
            if key is None:
                raise
            say = speech(choose("", ask.person.language))
            raise Forbidden(say.text(key), code=problem.code) from None


async def approve(ask: Ask, draft: SharedDraft) -> Reply:
    """Publish what a colleague wrote, now or at its time; answers with the post, or with the
    draft that waits for its time."""
    if draft.author_id != ask.person.id and await _approves(ask, draft):
        await _has_read(ask, draft)
    with _in_words(ask):
        done = await departments(ask).approve(draft, ask.person.id)
    return await _answer(ask, done)


async def _has_read(ask: Ask, draft: SharedDraft) -> None:
    """Stop an approver once whose colleague has changed the text a moment ago, since an app can't
    say which words it showed (decision 0019). What is handed in anew is told of by itself."""
    person, now = ask.person.id, ask.api.clock.now()
    last = await ask.api.engine.glance(lambda tx: drafts.last_step(tx, draft.id))
    if last is None or last.step is not Step.CHANGE or last.person_id == person:
        return
    if now - last.at >= FRESH_MS:
        return
    digest = hashlib.sha256(f"draft {draft.id} {draft.version} {person}".encode()).digest()

    async def unit(tx: Tx) -> str | None:
        if await stopped.was_told(tx, digest, now):
            return None
        await stopped.note(tx, digest, now + FRESH_MS)
        by = await drafts.person(tx, last.person_id)
        return by.name if by is not None else ""

    name = await ask.api.engine.write(unit)
    if name is not None:
        say = speech(choose("", ask.person.language))
        who = name or say.text("draft.someone").capitalize()
        raise Invalid(say.text("draft.changed", name=who), code="changed_meanwhile")


async def _answer(ask: Ask, draft: SharedDraft) -> Reply:
    """Return what a draft is now; a post that its approver's own account would not see as the
    department sees it."""

    async def query(tx: Tx) -> bytes | None:
        text = await _shown(tx, ask, draft)
        if text is None and draft.post_id is not None:
            viewer = LocalActor(draft.actor_id)
            text = await ask.api.renderer.status(tx, draft.post_id, viewer)
        return text

    found = await ask.api.engine.read(query)
    if found is None:
        raise NotFound(GONE)
    return Reply(found)


async def change(ask: Ask, draft: SharedDraft) -> Reply:
    """Give a draft other words, as PUT /api/v1/statuses/:id does with a post; its author hands it
    in again so, where it was sent back."""
    params, old = ask.params, wish_of(draft.wish)
    files = old.media
    if "media_ids" in params:
        files = [id for id in map(ids.parse, params.texts("media_ids")) if id is not None]
    poll = poll_of(params)
    text, warning = params.text("status"), params.text("spoiler_text")
    sensitive = params.flag("sensitive")
    wish: Wish = msgspec.structs.replace(
        old,
        text=old.text if text is None else text,
        summary=old.summary if warning is None else warning,
        sensitive=old.sensitive if sensitive is None else sensitive,
        language=language_of(params.text("language")) or old.language,
        media=files,
        choices=list(poll.choices) if poll.choices or "poll" in params else old.choices,
        multiple=poll.multiple if poll.choices else old.multiple,
        poll_seconds=poll.seconds if poll.choices else old.poll_seconds,
    )
    if not wish.text.strip() and not wish.media and not wish.quote:
        raise Invalid("Validation failed: Text can't be blank")
    await _describe(ask, draft, files)
    with _in_words(ask):
        again = draft.author_id == ask.person.id
        done = await departments(ask).change(
            draft, ask.person.id, wish, due=draft.wished, again=again
        )
    return await _answer(ask, done)


async def _describe(ask: Ask, draft: SharedDraft, files: Sequence[int]) -> None:
    """Give the files of a draft other descriptions (`media_attributes`)."""
    department = await departments(ask).actor(draft)
    for one in ask.params.inners("media_attributes"):
        id = ids.parse(one.text("id") or "")
        words = one.text("description")
        if id in files and id is not None and words is not None:
            await ask.api.media.attachments.update(
                department, id, description=words, post_id=draft.edits_id
            )


async def answer(ask: Ask, draft: SharedDraft, key: str) -> Reply:
    """Take an answer to a draft: of who may approve it, it goes back with that comment; of its
    author, it is a comment. It is no post, and nobody else reads it."""
    words = _comment(ask.params.text("status") or "")
    by_approver = draft.author_id != ask.person.id and await _approves(ask, draft)
    doing = departments(ask)
    with _in_words(ask):
        if by_approver and draft.state is DraftState.PENDING:
            done = await doing.send_back(draft, ask.person.id, words)
        else:
            done = await doing.comment(draft, ask.person.id, words)
    if key and ask.caller is not None:
        token, now = ask.caller.token_id, ask.api.clock.now()
        await ask.api.engine.write(lambda tx: kept.answer(tx, token, key, DRAFT, draft.id, now))
    return await _answer(ask, done)


async def remove(ask: Ask, draft: SharedDraft) -> Reply:
    """Reject a draft, or take one's own back; answers with it and its source."""
    doing = departments(ask)
    shown = await _answer(ask, draft)
    with _in_words(ask):
        if draft.author_id == ask.person.id or draft.state is DraftState.APPROVED:
            await doing.withdraw(draft, ask.person.id)
        else:
            await doing.reject(draft, ask.person.id)
    text = msgspec.json.encode(wish_of(draft.wish).text)
    return replace(shown, body=shown.body.replace(b'"text":null', b'"text":' + text, 1))


async def _approves(ask: Ask, draft: SharedDraft) -> bool:
    now = ask.api.clock.now()
    role = await ask.api.engine.glance(
        lambda tx: roles.effective(tx, ask.person.id, draft.actor_id, now)
    )
    return may_approve(role, now)


def _comment(text: str) -> str:
    """Return the words of an answer without the handles that apps put before them."""
    words = text.split()
    while words and words[0].startswith("@"):
        text = text.lstrip()[len(words[0]) :]
        words = words[1:]
    return text.strip()
