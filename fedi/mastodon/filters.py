"""Filters, version 2 with their keywords and named posts, and version 1 which is a keyword."""

from dataclasses import replace
from typing import Any, Final

from actors import ids
from actors.errors import Invalid, NotFound
from fedi.mastodon.asking import Ask, Reply, delete, empty, get, ok, post, put
from fedi.mastodon.entities import moment_or_none
from fedi.mastodon.filtering import filter_entity, keyword_entity, marked_entity
from fedi.mastodon.reacting import seen
from fedi.net.params import Params
from fedi.store import filters
from fedi.store.engine import Tx
from fedi.store.filters import Filter, Keyword, Marked

GONE: Final = "Record not found"
CONTEXTS: Final = ("home", "notifications", "public", "thread", "account")
ACTIONS: Final = ("warn", "hide", "blur")
TITLE_CHARACTERS: Final = 256
KEYWORD_CHARACTERS: Final = 512
_TOO_MANY_WORDS: Final = "Validation failed: There are too many keywords"


def _blank(ask: Ask) -> Filter:
    return Filter(
        id=ask.api.performer.new_id(), actor_id=ask.me.id, title="", context=(), action="warn"
    )


def _asked(ask: Ask, of: Filter, title: str | None, action: str | None) -> Filter:
    """Return a filter with the changes that a request asks for."""
    context = of.context
    if "context" in ask.params:
        context = tuple(dict.fromkeys(ask.params.texts("context")))
    new = replace(
        of,
        title=of.title if title is None else title.strip(),
        context=context,
        action=of.action if action is None else action,
        expires=_expires(ask, of.expires),
    )
    if not new.title:
        raise Invalid("Validation failed: Title can't be blank")
    if len(new.title) > TITLE_CHARACTERS:
        raise Invalid(f"Validation failed: Title is too long (maximum is {TITLE_CHARACTERS})")
    if not new.context or not set(new.context) <= set(CONTEXTS):
        raise Invalid("Validation failed: Context None or invalid context supplied")
    if new.action not in ACTIONS:
        raise Invalid("Validation failed: Action is not included in the list")
    return new


def _expires(ask: Ask, now: int | None) -> int | None:
    if "expires_in" not in ask.params:
        return now
    seconds = ask.params.whole("expires_in")
    if seconds is None:
        return None
    if not 0 <= seconds <= 100 * 366 * 86_400:
        raise Invalid("Validation failed: Expires in is out of range")
    return ask.api.clock.now() + seconds * 1000


async def _own(ask: Ask, name: str = "id") -> Filter:
    id = ask.id(name)
    found = await ask.api.engine.glance(lambda tx: filters.one(tx, ask.me.id, id))
    if found is None:
        raise NotFound(GONE)
    return found


def _text(params: Params, name: str = "keyword") -> str:
    text = (params.text(name) or "").strip()
    if not text:
        raise Invalid("Validation failed: Keyword can't be blank")
    if len(text) > KEYWORD_CHARACTERS:
        raise Invalid(f"Validation failed: Keyword is too long (maximum is {KEYWORD_CHARACTERS})")
    return text


# -- filters


async def every(ask: Ask) -> Reply:
    """GET /api/v2/filters."""
    found = await ask.api.engine.glance(lambda tx: filters.of_actor(tx, ask.me.id))
    return ok([filter_entity(one) for one in found])


async def show(ask: Ask) -> Reply:
    """GET /api/v2/filters/:id."""
    return ok(filter_entity(await _own(ask)))


async def create(ask: Ask) -> Reply:
    """POST /api/v2/filters."""
    return await _written(ask, _blank(ask), fresh=True)


async def change(ask: Ask) -> Reply:
    """PUT /api/v2/filters/:id."""
    return await _written(ask, await _own(ask), fresh=False)


async def _written(ask: Ask, of: Filter, *, fresh: bool) -> Reply:
    new = _asked(ask, of, ask.params.text("title"), ask.params.text("filter_action"))
    changes = ask.params.inners("keywords_attributes")
    if len(changes) > 2 * filters.KEYWORDS_MAX:
        raise Invalid(_TOO_MANY_WORDS)

    async def unit(tx: Tx) -> Filter | None:
        if fresh:
            await _room(ask, tx)
        await filters.keep(tx, new)
        for one in changes:
            await _keyword_change(ask, tx, new, one)
        kept = await filters.one(tx, ask.me.id, new.id)
        if kept is not None and len(kept.keywords) > filters.KEYWORDS_MAX:
            raise Invalid(_TOO_MANY_WORDS)
        return kept

    kept = await ask.api.engine.write(unit)
    if kept is None:
        raise NotFound(GONE)
    return ok(filter_entity(kept))


async def _room(ask: Ask, tx: Tx) -> None:
    """Raise Invalid where an actor has as many filters as one may have."""
    if len(await filters.of_actor(tx, ask.me.id)) >= filters.FILTERS_MAX:
        raise Invalid("Validation failed: You have reached the maximum number of filters")


async def _keyword_change(ask: Ask, tx: Tx, of: Filter, one: Params) -> None:
    """Carry out one element of `keywords_attributes`: new, changed or (`_destroy`) removed."""
    known = ids.parse(one.text("id") or "")
    if known is None:
        fresh = Keyword(
            id=ask.api.performer.new_id(),
            filter_id=of.id,
            keyword=_text(one),
            whole_word=one.flag("whole_word") is not False,
        )
        await filters.keep_keyword(tx, fresh)
        return
    found = await filters.keyword(tx, ask.me.id, known)
    if found is None or found.filter_id != of.id:
        raise NotFound(GONE)
    if one.flag("_destroy"):
        await filters.drop_keyword(tx, found)
        return
    whole = one.flag("whole_word")
    await filters.keep_keyword(
        tx,
        replace(
            found,
            keyword=_text(one) if "keyword" in one else found.keyword,
            whole_word=found.whole_word if whole is None else whole,
        ),
    )


async def drop(ask: Ask) -> Reply:
    """DELETE /api/v2/filters/:id."""
    of = await _own(ask)
    await ask.api.engine.write(lambda tx: filters.drop(tx, of.id))
    return empty()


# -- keywords


async def keywords(ask: Ask) -> Reply:
    """GET /api/v2/filters/:filter_id/keywords."""
    return ok([keyword_entity(one) for one in (await _own(ask, "filter_id")).keywords])


async def add_keyword(ask: Ask) -> Reply:
    """POST /api/v2/filters/:filter_id/keywords."""
    of = await _own(ask, "filter_id")
    if len(of.keywords) >= filters.KEYWORDS_MAX:
        raise Invalid(_TOO_MANY_WORDS)
    new = Keyword(
        id=ask.api.performer.new_id(),
        filter_id=of.id,
        keyword=_text(ask.params),
        whole_word=bool(ask.params.flag("whole_word")),
    )
    await ask.api.engine.write(lambda tx: filters.keep_keyword(tx, new))
    return ok(keyword_entity(new))


async def _own_keyword(ask: Ask) -> Keyword:
    id = ask.id()
    found = await ask.api.engine.glance(lambda tx: filters.keyword(tx, ask.me.id, id))
    if found is None:
        raise NotFound(GONE)
    return found


async def show_keyword(ask: Ask) -> Reply:
    """GET /api/v2/filters/keywords/:id."""
    return ok(keyword_entity(await _own_keyword(ask)))


async def change_keyword(ask: Ask) -> Reply:
    """PUT /api/v2/filters/keywords/:id."""
    of, whole = await _own_keyword(ask), ask.params.flag("whole_word")
    new = replace(
        of, keyword=_text(ask.params), whole_word=of.whole_word if whole is None else whole
    )
    await ask.api.engine.write(lambda tx: filters.keep_keyword(tx, new))
    return ok(keyword_entity(new))


async def drop_keyword(ask: Ask) -> Reply:
    """DELETE /api/v2/filters/keywords/:id."""
    of = await _own_keyword(ask)
    await ask.api.engine.write(lambda tx: filters.drop_keyword(tx, of))
    return empty()


# -- posts named one by one


async def statuses(ask: Ask) -> Reply:
    """GET /api/v2/filters/:filter_id/statuses."""
    return ok([marked_entity(one) for one in (await _own(ask, "filter_id")).statuses])


async def add_status(ask: Ask) -> Reply:
    """POST /api/v2/filters/:filter_id/statuses."""
    of = await _own(ask, "filter_id")
    named = await seen(ask, ids.parse(ask.params.text("status_id") or "") or 0)
    new = Marked(id=ask.api.performer.new_id(), filter_id=of.id, post_id=named.id)

    async def unit(tx: Tx) -> Marked:
        await filters.mark(tx, new)
        whole = await filters.one(tx, ask.me.id, of.id)
        if whole is not None and len(whole.statuses) > filters.STATUSES_MAX:
            raise Invalid("Validation failed: There are too many posts")
        found = [one for one in (whole.statuses if whole else ()) if one.post_id == named.id]
        return found[0] if found else new

    return ok(marked_entity(await ask.api.engine.write(unit)))


async def _own_status(ask: Ask) -> Marked:
    id = ask.id()
    found = await ask.api.engine.glance(lambda tx: filters.marked(tx, ask.me.id, id))
    if found is None:
        raise NotFound(GONE)
    return found


async def show_status(ask: Ask) -> Reply:
    """GET /api/v2/filters/statuses/:id."""
    return ok(marked_entity(await _own_status(ask)))


async def drop_status(ask: Ask) -> Reply:
    """DELETE /api/v2/filters/statuses/:id."""
    of = await _own_status(ask)
    await ask.api.engine.write(lambda tx: filters.unmark(tx, of))
    return ok(marked_entity(of))


# -- version 1: a keyword with its filter around it


def _v1(of: Filter, keyword: Keyword) -> dict[str, Any]:
    return {
        "id": ids.text(keyword.id),
        "phrase": keyword.keyword,
        "context": list(of.context),
        "expires_at": moment_or_none(of.expires),
        "irreversible": of.action == "hide",
        "whole_word": keyword.whole_word,
    }


async def every_v1(ask: Ask) -> Reply:
    """GET /api/v1/filters."""
    found = await ask.api.engine.glance(lambda tx: filters.of_actor(tx, ask.me.id))
    return ok([_v1(of, keyword) for of in found for keyword in of.keywords])


async def _own_v1(ask: Ask) -> tuple[Filter, Keyword]:
    keyword = await _own_keyword(ask)
    of = await ask.api.engine.glance(lambda tx: filters.one(tx, ask.me.id, keyword.filter_id))
    if of is None:
        raise NotFound(GONE)
    return of, keyword


async def show_v1(ask: Ask) -> Reply:
    """GET /api/v1/filters/:id."""
    return ok(_v1(*await _own_v1(ask)))


async def _written_v1(ask: Ask, of: Filter, keyword: Keyword, *, fresh: bool) -> Reply:
    irreversible, whole = ask.params.flag("irreversible"), ask.params.flag("whole_word")
    phrase = _text(ask.params, "phrase")
    action = of.action if irreversible is None else "hide" if irreversible else "warn"
    new = _asked(ask, of, phrase[:TITLE_CHARACTERS], action)
    word = replace(
        keyword, keyword=phrase, whole_word=keyword.whole_word if whole is None else whole
    )

    async def unit(tx: Tx) -> None:
        if fresh:
            await _room(ask, tx)
        await filters.keep(tx, new)
        await filters.keep_keyword(tx, word)

    await ask.api.engine.write(unit)
    return ok(_v1(new, word))


async def create_v1(ask: Ask) -> Reply:
    """POST /api/v1/filters."""
    of = _blank(ask)
    first = Keyword(id=ask.api.performer.new_id(), filter_id=of.id, keyword="", whole_word=False)
    return await _written_v1(ask, of, first, fresh=True)


async def change_v1(ask: Ask) -> Reply:
    """PUT /api/v1/filters/:id."""
    return await _written_v1(ask, *await _own_v1(ask), fresh=False)


async def drop_v1(ask: Ask) -> Reply:
    """DELETE /api/v1/filters/:id; the filter around goes with its last keyword."""
    of, keyword = await _own_v1(ask)

    async def unit(tx: Tx) -> None:
        await filters.drop_keyword(tx, keyword)
        if len(of.keywords) == 1 and not of.statuses:
            await filters.drop(tx, of.id)

    await ask.api.engine.write(unit)
    return empty()


_READ, _WRITE = "read:filters", "write:filters"
ROUTES: Final = (
    get("/api/v2/filters", every, _READ),
    post("/api/v2/filters", create, _WRITE),
    get("/api/v2/filters/{id}", show, _READ),
    put("/api/v2/filters/{id}", change, _WRITE),
    delete("/api/v2/filters/{id}", drop, _WRITE),
    get("/api/v2/filters/{filter_id}/keywords", keywords, _READ),
    post("/api/v2/filters/{filter_id}/keywords", add_keyword, _WRITE),
    get("/api/v2/filters/keywords/{id}", show_keyword, _READ),
    put("/api/v2/filters/keywords/{id}", change_keyword, _WRITE),
    delete("/api/v2/filters/keywords/{id}", drop_keyword, _WRITE),
    get("/api/v2/filters/{filter_id}/statuses", statuses, _READ),
    post("/api/v2/filters/{filter_id}/statuses", add_status, _WRITE),
    get("/api/v2/filters/statuses/{id}", show_status, _READ),
    delete("/api/v2/filters/statuses/{id}", drop_status, _WRITE),
    get("/api/v1/filters", every_v1, _READ),
    post("/api/v1/filters", create_v1, _WRITE),
    get("/api/v1/filters/{id}", show_v1, _READ),
    put("/api/v1/filters/{id}", change_v1, _WRITE),
    delete("/api/v1/filters/{id}", drop_v1, _WRITE),
)
