"""Reading accounts: one, many, whoever is signed in, and what an account wrote."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec

from actors.errors import Invalid, NotFound, Unauthorized
from actors.faces import is_generated
from actors.handles import canonical_domain
from actors.hashtags import hashtag_key
from actors.html import plain
from actors.people import Actor, ActorKind, Image
from fedi.mastodon.asking import (
    Ask,
    By,
    Handler,
    Reply,
    delete,
    get,
    joined,
    ok,
    put,
    with_files,
)
from fedi.mastodon.entities import Account, Entity, Field, moment_or_none
from fedi.mastodon.fragments import Own
from fedi.mastodon.paging import page_of
from fedi.mastodon.reading import default_visibility
from fedi.mastodon.tags import featured_tag
from fedi.mastodon.timelines import listed, span_of
from fedi.net.params import Params
from fedi.publishing import Changes
from fedi.store import authored, featured, hydrating, kept
from fedi.store.authored import OfAuthor
from fedi.store.collections import COLLECTIONS_MAX
from fedi.store.engine import Tx

QUOTE_POLICIES: Final = ("public", "followers", "nobody")
VISIBILITIES: Final = ("public", "unlisted", "private", "direct")
GONE = "Record not found"
_SITE: Final = re.compile(r"https?://", re.IGNORECASE)
MOST_AT_ONCE = 40


class Source(Entity, kw_only=True):
    """What the owner of an account may change, as plain text."""

    attribution_domains: list[str]
    note: str
    fields: list[Field]
    privacy: str
    sensitive: bool
    language: str | None
    discoverable: bool | None
    hide_collections: bool | None
    indexable: bool
    follow_requests_count: int
    quote_policy: str


class Role(Entity, kw_only=True):
    id: str
    name: str
    permissions: str
    color: str
    highlighted: bool
    collection_limit: int | None = None


class CredentialAccount(Account, kw_only=True):
    source: Source
    role: Role


async def verify_credentials(ask: Ask) -> Reply:
    """GET /api/v1/accounts/verify_credentials."""
    id = ask.me.id
    return Reply(await ask.api.engine.glance(lambda tx: _own(tx, ask, id)))


async def _own(tx: Tx, ask: Ask, id: int) -> bytes:
    """Return the caller's account as JSON, kept like others' (fragments.py): what it says beside
    the preferences changes with events that name the account."""
    fragments = ask.api.renderer.fragments
    seen = await fragments.refresh(tx)
    chosen = await kept.preferences(tx, id)
    known = fragments.own.find(id, inside=True)
    if known is not None and known.chosen == chosen:
        return known.json
    # Not the caller's: that may be a second old, and this is kept for longer.
    me = await hydrating.actor(tx, id)
    if me is None:
        raise Unauthorized("The access token was revoked", code="invalid_token")
    known = Own(chosen=chosen, json=msgspec.json.encode(await credentials(tx, ask, me)))
    fragments.remember(fragments.own, id, True, known, seen)
    return known.json


async def credentials(tx: Tx, ask: Ask, me: Actor) -> CredentialAccount:
    """Return an account of the caller's, with what only its owner sees."""
    entity = (await ask.api.renderer.account_entities(tx, [me.id], ask.viewer))[me.id]
    chosen = await kept.preferences(tx, me.id)
    return CredentialAccount(
        **{name: getattr(entity, name) for name in entity.__struct_fields__},
        source=Source(
            attribution_domains=list(me.attribution_domains),
            note=plain(me.summary),
            fields=[
                Field(
                    name=one.name,
                    value=plain(one.value),
                    verified_at=moment_or_none(one.verified),
                )
                for one in me.fields
            ],
            privacy=chosen.visibility or default_visibility(me.default_audience),
            sensitive=chosen.sensitive,
            language=chosen.language or me.language or None,
            discoverable=me.discoverable,
            hide_collections=me.hides_totals,
            indexable=me.indexable,
            follow_requests_count=await hydrating.follow_requests(tx, me.id),
            quote_policy=chosen.quote_policy or "public",
        ),
        role=Role(
            id="-99",
            name="",
            permissions="0",
            color="",
            highlighted=False,
            collection_limit=COLLECTIONS_MAX,
        ),
    )


# -- changing one's own


async def update_credentials(ask: Ask) -> Reply:
    """PATCH /api/v1/accounts/update_credentials."""
    params, me = ask.params, ask.me
    preferred = _preferred(params.inner("source") or Params({}))
    if preferred:
        ask.must_write()
    changes = Changes(
        name=params.text("display_name") or None,
        summary=params.text("note"),
        fields=_fields(params),
        icon=await _picture(ask, "avatar", me.icon),
        image=await _picture(ask, "header", me.image),
        locked=params.flag("locked"),
        bot=params.flag("bot"),
        discoverable=params.flag("discoverable"),
        indexable=params.flag("indexable"),
        hides_totals=params.flag("hide_collections"),
        shows_media=params.flag("show_media"),
        shows_media_replies=params.flag("show_media_replies"),
        shows_featured=params.flag("show_featured"),
        attribution_domains=_attributions(params),
    )
    changed = await ask.api.profiles.edit(me, changes, person=ask.person.id)
    if preferred:
        await _prefer(ask, preferred)
    ask.api.callers.forget()
    return ok(await ask.api.engine.glance(lambda tx: credentials(tx, ask, changed)))


def _fields(params: Params) -> tuple[tuple[str, str], ...] | None:
    if "fields_attributes" not in params:
        return None
    pairs = [
        (one.text("name") or "", one.text("value") or "")
        for one in params.inners("fields_attributes")
    ]
    return tuple(pair for pair in pairs if pair[0].strip() or pair[1].strip())


def _attributions(params: Params) -> tuple[str, ...] | None:
    """Return the sites that may name one as an author, each by its domain."""
    if "attribution_domains" not in params:
        return None
    given = (one.strip() for one in params.texts("attribution_domains"))
    hosts = (_SITE.sub("", one).partition("/")[0] for one in given)
    return tuple(dict.fromkeys(canonical_domain(host) for host in hosts if host))


async def _picture(ask: Ask, name: str, now: Image | None) -> Image | None:
    """Return a picture of the profile that is to change: a new one, or one newly described."""
    upload = ask.upload(name)
    described = ask.params.text(f"{name}_description")
    if upload is not None:
        return await ask.api.media.face(ask.me, upload, name, described or "")
    return replace(now, description=described) if now is not None and described else None


def _preferred(source: Params) -> dict[str, Any]:
    """Return the settings under `source` that are to change."""
    privacy, policy = source.text("privacy"), source.text("quote_policy")
    if privacy is not None and privacy not in VISIBILITIES:
        raise Invalid("Validation failed: Privacy is not included in the list")
    if policy is not None and policy not in QUOTE_POLICIES:
        raise Invalid("Validation failed: Quote policy is not included in the list")
    asked = {
        "visibility": privacy,
        "sensitive": source.flag("sensitive"),
        "language": source.text("language"),
        "quote_policy": policy,
    }
    return {name: value for name, value in asked.items() if value is not None}


async def _prefer(ask: Ask, preferred: Mapping[str, Any]) -> None:
    async def unit(tx: Tx) -> None:
        now = await kept.preferences(tx, ask.me.id)
        await kept.prefer(tx, ask.me.id, replace(now, **preferred))

    await ask.api.engine.write(unit)


async def profile(ask: Ask) -> Reply:
    """GET /api/v1/profile: the profile as it is edited, as plain text."""
    return ok(await ask.api.engine.glance(lambda tx: _profile(tx, ask, ask.me)))


def _chosen(image: Image | None, ask: Ask) -> bool:
    """Return whether somebody chose a picture: ours, drawn of a department's name, is none."""
    return image is not None and not is_generated(image, ask.api.urls)


async def _profile(tx: Tx, ask: Ask, me: Actor) -> dict[str, object]:
    whole = await credentials(tx, ask, me)
    return {
        "id": whole.id,
        "display_name": whole.display_name,
        "note": whole.source.note,
        "fields": whole.source.fields,
        "avatar": whole.avatar if _chosen(me.icon, ask) else None,
        "avatar_static": whole.avatar_static if _chosen(me.icon, ask) else None,
        "avatar_description": whole.avatar_description,
        "header": whole.header if _chosen(me.image, ask) else None,
        "header_static": whole.header_static if _chosen(me.image, ask) else None,
        "header_description": whole.header_description,
        "locked": whole.locked,
        "bot": whole.bot,
        "hide_collections": whole.hide_collections,
        "discoverable": whole.discoverable,
        "indexable": whole.indexable,
        "show_media": whole.show_media,
        "show_media_replies": whole.show_media_replies,
        "show_featured": whole.show_featured,
        "attribution_domains": whole.source.attribution_domains,
        "featured_tags": [
            featured_tag(ask, one, me.username) for one in await featured.of(tx, me.id, ask.viewer)
        ],
    }


async def change_profile(ask: Ask) -> Reply:
    """PATCH (or PUT) /api/v1/profile."""
    await update_credentials(ask)
    me = await _now(ask)
    return ok(await ask.api.engine.glance(lambda tx: _profile(tx, ask, me)))


async def _now(ask: Ask) -> Actor:
    found = await ask.api.engine.glance(lambda tx: hydrating.actor(tx, ask.me.id))
    if found is None:
        raise NotFound(GONE)
    return found


def _without(kind: str) -> Handler:
    """Return the handler that takes a picture off the profile: icon or image."""

    async def handle(ask: Ask) -> Reply:
        await ask.api.profiles.edit(
            ask.me, Changes(without=frozenset({kind})), person=ask.person.id
        )
        ask.api.callers.forget()
        me = await _now(ask)
        return ok(await ask.api.engine.glance(lambda tx: credentials(tx, ask, me)))

    return handle


# -- others


async def show(ask: Ask) -> Reply:
    """GET /api/v1/accounts/:id."""
    id = ask.id()
    found = await ask.api.engine.glance(lambda tx: ask.api.renderer.account(tx, id, ask.viewer))
    if found is None:
        raise NotFound(GONE)
    return Reply(found)


async def several(ask: Ask) -> Reply:
    """GET /api/v1/accounts?id[]=…; those that aren't there are passed over."""
    wanted = ask.ids("id")[:MOST_AT_ONCE]
    return joined(
        await ask.api.engine.glance(lambda tx: ask.api.renderer.accounts(tx, wanted, ask.viewer))
    )


async def statuses(ask: Ask) -> Reply:
    """GET /api/v1/accounts/:id/statuses, with its many ways to leave posts out."""
    page, id, params = page_of(ask), ask.id(), ask.params
    tag = params.text("tagged")
    chosen = OfAuthor(
        pinned=bool(params.flag("pinned")),
        only_media=bool(params.flag("only_media")),
        without_replies=bool(params.flag("exclude_replies")),
        without_boosts=bool(params.flag("exclude_reblogs")),
        without_direct=bool(params.flag("exclude_direct")),
        tagged=hashtag_key(tag.removeprefix("#")) if tag else "",
    )

    async def query(tx: Tx) -> Reply:
        owner = await hydrating.actor(tx, id, ask.viewer)
        if owner is None:
            raise NotFound(GONE)
        if owner.local and owner.kind is ActorKind.GROUP:
            rows = await authored.in_group(tx, ask.viewer, id, span_of(page), chosen)
        else:
            rows = await authored.by_author(tx, ask.viewer, id, chosen, span_of(page))
        if chosen.pinned:
            shown = await ask.api.renderer.statuses(tx, [row[1] for row in rows], ask.viewer)
            return joined(shown)
        return await listed(ask, tx, rows, page, "account")

    return await ask.api.engine.glance(query)


ROUTES: Final = (
    get("/api/v1/accounts", several, "read:accounts", by=By.ANYONE),
    get("/api/v1/accounts/verify_credentials", verify_credentials, "profile", "read:accounts"),
    with_files(put("/api/v1/accounts/update_credentials", update_credentials, "write:accounts")),
    get("/api/v1/profile", profile, "profile", "read:accounts"),
    with_files(put("/api/v1/profile", change_profile, "write:accounts")),
    delete("/api/v1/profile/avatar", _without("icon"), "write:accounts"),
    delete("/api/v1/profile/header", _without("image"), "write:accounts"),
    get("/api/v1/accounts/{id}", show, "read:accounts", by=By.ANYONE),
    get("/api/v1/accounts/{id}/statuses", statuses, "read:statuses", by=By.ANYONE),
)
