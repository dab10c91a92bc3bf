"""Writing posts: new ones, edits, deletion; polls; the source of a post and its history."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import msgspec

from actors import ids
from actors.effects import Row
from actors.errors import FediError, Forbidden, Invalid, NotFound
from actors.posts import Post, Revision
from fedi.mastodon import drafting, scheduling
from fedi.mastodon.asking import Ask, By, Reply, delete, get, ok, post, put
from fedi.mastodon.composing import audience_of, language_of, policy_named, poll_of
from fedi.mastodon.entities import moment
from fedi.mastodon.grouping import taken_out
from fedi.mastodon.making import Making, visibility_name
from fedi.mastodon.reacting import seen, shown
from fedi.mastodon.scheduling import due_of
from fedi.mastodon.stopping import in_their_words
from fedi.net.params import Params
from fedi.publishing import Draft
from fedi.publishing.waiting import DRAFT, Aside, Waits
from fedi.publishing.wishes import wished
from fedi.publishing.writing import Beside
from fedi.store import fresh, hydrating, kept, showing
from fedi.store.engine import Tx
from fedi.store.hydrating import Whole
from fedi.store.unit import UnitStore


class _Twice(Exception):
    """Another request with the same Idempotency-Key was quicker."""


# -- new posts


async def draft_of(ask: Ask, params: Params, *, later: bool = False) -> Draft:
    """Return what a request wants to say; the files of one for `later` are taken then."""
    parent = None
    answered = params.text("in_reply_to_id")
    if answered:
        parent = await seen(ask, ids.parse(answered) or 0)
        parent = await ask.api.interacting.original(parent)
    quoted = await _quoted(ask, params)
    policy = params.text("quote_approval_policy")
    poll = poll_of(params)
    named = [one for one in params.texts("media_ids") if one]
    text = params.text("status") or ""
    if not text.strip() and not named and quoted is None:
        raise Invalid("Validation failed: Text can't be blank")
    if named and poll.choices:
        raise Invalid("Validation failed: A poll can't have files beside it")
    audience = audience_of(ask, params, parent)
    media = () if later else await ask.api.media.of_request(ask.me, named)
    return Draft(
        text=text,
        visibility=audience,
        person=ask.person.id,
        summary=params.text("spoiler_text") or "",
        sensitive=bool(params.flag("sensitive")),
        language=language_of(params.text("language")),
        reply_to=parent.uri if parent is not None else "",
        media=media,
        choices=poll.choices,
        multiple=poll.multiple,
        poll_ends=ask.api.clock.now() + poll.seconds * 1000 if poll.choices else None,
        quote=quoted.uri if quoted is not None else "",
        quote_policy=policy_named(policy) if policy else "",
    )


async def _quoted(ask: Ask, params: Params) -> Post | None:
    """Return the post that a request wants to quote; whoever quotes a boost quotes the post."""
    named = params.text("quoted_status_id")
    if not named:
        return None
    return await ask.api.interacting.original(await seen(ask, ids.parse(named) or 0))


async def create(ask: Ask) -> Reply:
    """POST /api/v1/statuses."""
    key = _key(ask)
    before = await _before(ask, key)
    if before is not None:
        return await _again(ask, *before)
    answered = await drafting.waiting(ask, ids.parse(ask.params.text("in_reply_to_id") or "") or 0)
    if answered is not None:
        return await drafting.answer(ask, answered, key)
    due = due_of(ask.params.text("scheduled_at"))
    if due is not None and due > ask.api.clock.now():
        return await _for_later(ask, due, key)
    draft, rows = await draft_of(ask, ask.params), list[Row]()
    try:
        with in_their_words(ask):
            made = await ask.api.writing.publish(
                ask.me, draft, _noted(ask, key, rows), _aside(ask, draft, key)
            )
    except Waits as waits:
        return await drafting.show(ask, waits.draft_id)
    except FediError:
        await ask.api.media.give_back(draft.media)
        raise
    except _Twice:
        await ask.api.media.give_back(draft.media)
        before = await _before(ask, key)
        if before is None:
            raise NotFound("Record not found") from None
        return await _again(ask, *before)
    return await _fresh(ask, made, rows)


async def _fresh(ask: Ask, made: Post, rows: list[Row]) -> Reply:
    app = ask.caller.app_id if ask.caller is not None else None

    async def query(tx: Tx) -> bytes:
        whole = await fresh.whole(tx, made, ask.me, rows, app)
        return await ask.api.renderer.fresh(tx, whole, ask.viewer)

    return Reply(await ask.api.engine.glance(query))


def _key(ask: Ask) -> str:
    text = ask.header(b"idempotency-key").strip()
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


async def _before(ask: Ask, key: str) -> tuple[str, int] | None:
    if not key or ask.caller is None:
        return None
    token, since = ask.caller.token_id, ask.api.clock.now() - kept.IDEMPOTENT_MS
    return await ask.api.engine.glance(lambda tx: kept.answered(tx, token, key, since))


async def _again(ask: Ask, kind: str, id: int) -> Reply:
    """Answer as before a request that comes again under its Idempotency-Key."""
    if kind == DRAFT:
        return await drafting.show(ask, id)
    return await (shown(ask, id) if kind == "post" else scheduling.shown(ask, id))


async def _for_later(ask: Ask, due: int, key: str) -> Reply:
    draft = await draft_of(ask, ask.params, later=True)
    files = ask.ids("media_ids")
    wish = wished(draft, files, poll_of(ask.params).seconds, _shown(ask, draft))
    app = ask.caller.app_id if ask.caller is not None else None
    kept_aside = _keyed(ask, key, "scheduled")
    try:
        with in_their_words(ask):
            id = await ask.api.scheduling.keep(ask.me, ask.person.id, app, due, wish, kept_aside)
    except Waits as waits:
        return await scheduling.shown(ask, waits.draft_id)
    except _Twice:
        before = await _before(ask, key)
        if before is None:
            raise NotFound("Record not found") from None
        return await _again(ask, *before)
    if key and ask.caller is not None:
        token, now = ask.caller.token_id, ask.api.clock.now()
        await ask.api.engine.write(lambda tx: kept.answer(tx, token, key, "scheduled", id, now))
    return await scheduling.shown(ask, id)


def _shown(ask: Ask, draft: Draft) -> dict[str, Any]:
    """Return what an app gets to see of its own words."""
    return {
        "visibility": ask.params.text("visibility") or visibility_name(draft.visibility),
        "in_reply_to_id": ids.parse(ask.params.text("in_reply_to_id") or ""),
        "quoted_status_id": ask.params.text("quoted_status_id") or None,
    }


def _aside(ask: Ask, draft: Draft, key: str) -> Aside:
    """Return what goes with a post, should it have to wait for approval."""
    return Aside(
        app_id=ask.caller.app_id if ask.caller is not None else None,
        poll_seconds=poll_of(ask.params).seconds,
        shown=_shown(ask, draft),
        beside=_keyed(ask, key, DRAFT),
    )


def _keyed(ask: Ask, key: str, kind: str) -> Callable[[UnitStore, int], Awaitable[None]] | None:
    """Return what notes, with a draft, under which Idempotency-Key it was asked for."""
    caller = ask.caller
    if not key or caller is None:
        return None

    async def beside(store: UnitStore, id: int) -> None:
        if not await kept.answer(store.tx, caller.token_id, key, kind, id, store.now):
            raise _Twice

    return beside


def _noted(ask: Ask, key: str, rows: list[Row]) -> Beside:
    """Return what is written with a new post: its app, and the key it was asked for under.
    `rows` gets those that its unit put."""
    caller = ask.caller

    async def beside(store: UnitStore, made: Post) -> None:
        rows[:] = store.put
        if caller is None:
            return
        if caller.app_id is not None:
            await kept.written_with(store.tx, made.id, caller.app_id)
        if key and not await kept.answer(
            store.tx, caller.token_id, key, "post", made.id, store.now
        ):
            raise _Twice

    return beside


# -- changes


async def own(ask: Ask) -> Post:
    """Return the post in the path, which must be one of the caller's own."""
    found = await seen(ask, ask.id())
    if found.author_id != ask.me.id or found.boost_of is not None:
        raise NotFound("Record not found")
    return found


async def edit(ask: Ask) -> Reply:
    """PUT /api/v1/statuses/:id."""
    waits = await drafting.waiting(ask, ask.id())
    if waits is not None:
        return await drafting.change(ask, waits)
    found, params = await own(ask), ask.params
    text = params.text("status")
    media = found.media
    if "media_ids" in params:
        media = await ask.api.media.of_request(ask.me, params.texts("media_ids"), found)
    media = await ask.api.media.described(ask.me, media, params.inners("media_attributes"), found)
    poll = poll_of(params)
    text = found.source if text is None else text
    if not text.strip() and not media and not found.quote:
        raise Invalid("Validation failed: Text can't be blank")
    warning = params.text("spoiler_text")
    sensitive = params.flag("sensitive")
    draft = Draft(
        text=text,
        visibility=found.visibility,
        person=ask.person.id,
        summary=found.summary if warning is None else warning,
        sensitive=found.sensitive if sensitive is None else sensitive,
        language=language_of(params.text("language")) or found.language,
        media=media,
        choices=poll.choices,
        multiple=poll.multiple,
        poll_ends=ask.api.clock.now() + poll.seconds * 1000 if poll.choices else None,
    )
    try:
        with in_their_words(ask):
            aside = _aside(ask, draft, "")
            changed = await ask.api.writing.edit(ask.me, found, draft, media=media, aside=aside)
    except Waits as waiting:
        return await drafting.show(ask, waiting.draft_id)
    policy = params.text("quote_approval_policy")
    if policy is not None:
        await ask.api.writing.let_quote(ask.me, changed, policy_named(policy), ask.person.id)
    return await shown(ask, found.id)


async def remove(ask: Ask) -> Reply:
    """DELETE /api/v1/statuses/:id; answers with the post and its source, to be written anew.

    Its files get new names for that, since the old ones die with the post; `delete_media` drops
    them (API level 4).
    """
    waits = await drafting.waiting(ask, ask.id())
    if waits is not None:
        return await drafting.remove(ask, waits)
    taken = await taken_out(ask)
    if taken is not None:
        return taken
    found = await own(ask)
    body = (await shown(ask, found.id)).body
    source = msgspec.json.encode(found.source)
    body = body.replace(b'"text":null', b'"text":' + source, 1)
    await ask.api.writing.delete(ask.me, found, person=ask.person.id)
    if found.media:
        drop = bool(ask.params.flag("delete_media"))
        renamed = await ask.api.media.attachments.release(ask.me, found.media, drop=drop)
        for old, new in renamed.items():
            body = body.replace(old.encode(), new.encode())
    return Reply(body)


# -- source and history


async def source(ask: Ask) -> Reply:
    """GET /api/v1/statuses/:id/source."""
    waits = await drafting.waiting(ask, ask.id())
    if waits is not None:
        return ok(drafting.source(waits))
    found = await seen(ask, ask.id())
    if found.author_id != ask.me.id:
        raise Forbidden("This action is not allowed")
    return ok({
        "id": ids.text(found.id), "text": found.source, "spoiler_text": found.summary,
    })  # fmt: skip


async def history(ask: Ask) -> Reply:
    """GET /api/v1/statuses/:id/history: every state of a post, the first one first."""
    found = await seen(ask, ask.id())

    async def query(tx: Tx) -> Reply:
        earlier = await showing.history(tx, found.id)
        wholes = await hydrating.wholes(tx, [found.id], inside=ask.reader is not None)
        faces = await ask.api.renderer.account_entities(tx, [found.author_id], ask.viewer)
        if not wholes:
            raise NotFound("Record not found")
        making, account = ask.api.renderer.making, faces[found.author_id]
        now = making.head(wholes[0])
        poll = making.poll(found, wholes[0].around)
        # What a post quotes stays through its edits (as on Mastodon), so each state has it.
        quote = await _quote_of(ask, tx, found) if found.quote else None
        states = [
            {**_state(making, one, account), "content": _content(making, wholes[0], one),
             "quote": quote}
            for one in earlier
        ]  # fmt: skip
        states.append(
            {
                "content": now.content,
                "spoiler_text": now.spoiler_text,
                "sensitive": now.sensitive,
                "created_at": moment(found.edited if found.edited is not None else found.published),
                "account": account,
                "media_attachments": now.media_attachments,
                "emojis": now.emojis,
                "poll": {"options": [{"title": o.title} for o in poll.options]} if poll else None,
                "quote": quote,
            }
        )
        return ok(states)

    return await ask.api.engine.read(query)


class _Quoting(msgspec.Struct):
    quote: msgspec.Raw


async def _quote_of(ask: Ask, tx: Tx, found: Post) -> msgspec.Raw | None:
    """Return the quote of a post as this reader sees it there."""
    shown = await ask.api.renderer.status(tx, found.id, ask.viewer)
    return None if shown is None else msgspec.json.decode(shown, type=_Quoting).quote


def _content(making: Making, whole: Whole, one: Revision) -> str:
    """Return the words of an earlier state as apps read those of the post."""
    then = replace(whole.post, content=one.content, name="")
    return making.head(replace(whole, post=then)).content


def _state(making: Making, one: Revision, account: Any) -> dict[str, Any]:
    question = one.question
    return {
        "spoiler_text": one.summary,
        "sensitive": one.sensitive,
        "created_at": moment(one.created),
        "account": account,
        "media_attachments": [
            making.attachment(media, f"{ids.text(one.post_id)}-{one.number}-{place}")
            for place, media in enumerate(one.media)
        ],
        "emojis": [],
        "poll": {"options": [{"title": option.title} for option in question.options]}
        if question is not None
        else None,
    }


ROUTES = (
    post("/api/v1/statuses", create, "write:statuses"),
    put("/api/v1/statuses/{id}", edit, "write:statuses"),
    delete("/api/v1/statuses/{id}", remove, "write:statuses"),
    get("/api/v1/statuses/{id}/source", source, "read:statuses"),
    get("/api/v1/statuses/{id}/history", history, "read:statuses", by=By.ANYONE),
)
