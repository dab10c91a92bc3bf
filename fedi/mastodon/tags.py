"""Hashtags that one follows, and those that an account features on its profile."""

from typing import Any, Final

from actors import ids
from actors.errors import Invalid, NotFound
from actors.hashtags import hashtag_key
from fedi.mastodon.asking import Ask, By, Reply, delete, empty, get, ok, post
from fedi.mastodon.entities import day
from fedi.mastodon.hashtags import Tag, tag_entities
from fedi.mastodon.paging import links, page_of
from fedi.mastodon.relationships import other_of
from fedi.mastodon.timelines import span_of
from fedi.store import featured, followed
from fedi.store.engine import Tx
from fedi.store.featured import FeaturedTag
from outbox import compose

GONE: Final = "Record not found"


def name_of(text: str) -> tuple[str, str]:
    """Return (folded, as written) of a hashtag; Invalid for what can't be one."""
    found = compose.scan("#" + text.strip().removeprefix("#"))
    if [f"#{name}" for name in found.hashtags] != [found.text]:
        raise Invalid("Validation failed: Tag is invalid")
    return hashtag_key(found.hashtags[0]), found.hashtags[0]


def _named(ask: Ask, name: str = "name") -> tuple[str, str]:
    try:
        return name_of(ask.path_params[name])
    except Invalid:
        raise NotFound(GONE) from None


async def _entity(tx: Tx, ask: Ask, name: str, shown: str) -> Tag:
    tag = (await tag_entities(tx, [name], ask.viewer, ask.api))[0]
    if tag.name == name:
        tag.name = shown
    if ask.reader is not None:
        tag.following = name in await followed.names(tx, ask.reader)
        tag.featuring = name in await featured.ids(tx, ask.reader)
    return tag


async def show(ask: Ask) -> Reply:
    """GET /api/v1/tags/:name."""
    name, shown = _named(ask)
    return ok(await ask.api.engine.read(lambda tx: _entity(tx, ask, name, shown)))


async def follow(ask: Ask) -> Reply:
    """POST /api/v1/tags/:name/follow."""
    name, shown = _named(ask)
    id = ask.api.performer.new_id()

    async def unit(tx: Tx) -> None:
        if len(await followed.names(tx, ask.me.id)) >= followed.MOST:
            raise Invalid(f"At most {followed.MOST} hashtags can be followed")
        await followed.follow(tx, id, ask.me.id, name, shown)

    await ask.api.engine.write(unit)
    return await show(ask)


async def unfollow(ask: Ask) -> Reply:
    """POST /api/v1/tags/:name/unfollow."""
    name, _ = _named(ask)
    await ask.api.engine.write(lambda tx: followed.unfollow(tx, ask.me.id, name))
    return await show(ask)


async def followed_tags(ask: Ask) -> Reply:
    """GET /api/v1/followed_tags."""
    page = page_of(ask, default=100, most=200)

    async def query(tx: Tx) -> Reply:
        rows = await followed.of_actor(tx, ask.me.id, span_of(page))
        tags = await tag_entities(tx, [row[1] for row in rows], ask.viewer, ask.api)
        features = await featured.ids(tx, ask.me.id)
        for tag, row in zip(tags, rows, strict=True):
            tag.following, tag.featuring = True, row[1] in features
        return ok(tags, headers=links(ask, page, [row[0] for row in rows]))

    return await ask.api.engine.read(query)


# -- featured


def featured_tag(ask: Ask, one: FeaturedTag, username: str) -> dict[str, Any]:
    """Return a hashtag as its owner's profile features it."""
    return {
        "id": ids.text(one.id),
        "name": one.shown,
        "url": ask.api.urls.tagged(username, one.name),
        "statuses_count": str(one.uses),
        "last_status_at": day(one.last_used) if one.last_used is not None else None,
    }


async def features(ask: Ask) -> Reply:
    """GET /api/v1/featured_tags, and /api/v1/accounts/:id/featured_tags."""
    owner = await other_of(ask) if "id" in ask.path_params else ask.me
    found = await ask.api.engine.read(lambda tx: featured.of(tx, owner.id, ask.viewer))
    return ok([featured_tag(ask, one, owner.username) for one in found])


async def feature(ask: Ask) -> Reply:
    """POST /api/v1/featured_tags with `name`."""
    text = ask.params.text("name")
    if not text:
        raise Invalid("Validation failed: Name can't be blank")
    _, shown = name_of(text)
    one = await ask.api.profiles.feature_tag(ask.me, shown, person=ask.person.id)
    return ok(featured_tag(ask, one, ask.me.username))


async def unfeature(ask: Ask) -> Reply:
    """DELETE /api/v1/featured_tags/:id."""
    id = ask.id()
    own = await ask.api.engine.glance(lambda tx: featured.ids(tx, ask.me.id))
    if id not in own.values():
        raise NotFound(GONE)
    await ask.api.profiles.unfeature_tag(ask.me, id, person=ask.person.id)
    return empty()


async def feature_by_name(ask: Ask) -> Reply:
    """POST /api/v1/tags/:id/feature; the id is the name."""
    _, shown = _named(ask, "id")
    await ask.api.profiles.feature_tag(ask.me, shown, person=ask.person.id)
    return await _by_name(ask)


async def unfeature_by_name(ask: Ask) -> Reply:
    """POST /api/v1/tags/:id/unfeature."""
    name, _ = _named(ask, "id")
    own = await ask.api.engine.glance(lambda tx: featured.ids(tx, ask.me.id))
    if name in own:
        await ask.api.profiles.unfeature_tag(ask.me, own[name], person=ask.person.id)
    return await _by_name(ask)


async def _by_name(ask: Ask) -> Reply:
    name, shown = _named(ask, "id")
    return ok(await ask.api.engine.read(lambda tx: _entity(tx, ask, name, shown)))


async def suggestions(ask: Ask) -> Reply:
    """GET /api/v1/featured_tags/suggestions: what one uses most."""

    async def query(tx: Tx) -> list[Tag]:
        used = await followed.used(tx, ask.me.id, 10)
        return await tag_entities(tx, used, ask.viewer, ask.api)

    return ok(await ask.api.engine.read(query))


ROUTES: Final = (
    get("/api/v1/tags/{name}", show, by=By.ANYONE),
    post("/api/v1/tags/{name}/follow", follow, "write:follows", "follow"),
    post("/api/v1/tags/{name}/unfollow", unfollow, "write:follows", "follow"),
    post("/api/v1/tags/{id}/feature", feature_by_name, "write:accounts"),
    post("/api/v1/tags/{id}/unfeature", unfeature_by_name, "write:accounts"),
    get("/api/v1/followed_tags", followed_tags, "read:follows"),
    get("/api/v1/featured_tags", features, "read:accounts"),
    post("/api/v1/featured_tags", feature, "write:accounts"),
    get("/api/v1/featured_tags/suggestions", suggestions, "read:accounts"),
    delete("/api/v1/featured_tags/{id}", unfeature, "write:accounts"),
    get("/api/v1/accounts/{id}/featured_tags", features, "read:accounts", by=By.ANYONE),
)
