"""What apps ask now and then, and what this house answers with little or nothing.

Each is answered in Mastodon's shape, so that an app goes on: no newsletter, no yearly report, no
identity proofs. Translation gives the versions that a post carries.
"""

from typing import Final

from actors import ids
from actors.errors import Forbidden, NotFound, Unavailable
from actors.posts import Visibility
from fedi.mastodon.asking import Ask, By, Reply, empty, get, joined, ok, post
from fedi.mastodon.paging import page_of
from fedi.mastodon.reacting import seen
from fedi.mastodon.relationships import other_of
from fedi.mastodon.timelines import listed, span_of
from fedi.store import timelines
from fedi.store.engine import Tx

GONE: Final = "Record not found"


async def translate(ask: Ask) -> Reply:
    """POST /api/v1/statuses/:id/translate: the version its author wrote, where there is one."""
    found = await seen(ask, ask.id())
    wanted = ask.params.text("lang") or (ask.me.language if ask.reader is not None else "nb")
    content = found.content_map.get(wanted)
    if content is None or wanted == found.language:
        raise Unavailable("Service Unavailable", retry_after=3600)
    return ok(
        {
            "content": content,
            "spoiler_text": found.summary,
            "language": wanted,
            "detected_source_language": found.language or "nb",
            "provider": "fedi",
            "media_attachments": [],
            "poll": None,
        }
    )


async def link_timeline(ask: Ask) -> Reply:
    """GET /api/v1/timelines/link?url=…: posts that link to a page that is talked about."""
    page, url = page_of(ask), ask.params.text("url") or ""

    async def query(tx: Tx) -> Reply:
        rows = await timelines.linking(tx, ask.viewer, url, span_of(page))
        return await listed(ask, tx, rows, page, "public")

    return await ask.api.engine.read(query)


async def annual_reports(ask: Ask) -> Reply:
    """GET /api/v1/annual_reports(/:year)."""
    if "year" in ask.path_params:
        raise NotFound(GONE)
    return ok({"annual_reports": [], "accounts": [], "statuses": []})


async def annual_state(ask: Ask) -> Reply:
    """GET /api/v1/annual_reports/:year/state."""
    return ok({"state": "ineligible"})


async def nothing(ask: Ask) -> Reply:
    """Answer the empty object: there is nothing to do."""
    return empty()


async def none(ask: Ask) -> Reply:
    """Answer the empty list."""
    return joined(())


async def proofs(ask: Ask) -> Reply:
    """GET /api/v1/accounts/:id/identity_proofs, which Mastodon has given up."""
    await other_of(ask)
    return joined(())


async def no_newsletter(ask: Ask) -> Reply:
    """POST /api/v1/accounts/:id/email_subscriptions."""
    await other_of(ask)
    raise Forbidden("This action is not allowed")


async def confirmation(ask: Ask) -> Reply:
    """POST /api/v1/emails/confirmations: addresses need none here."""
    raise Forbidden("This method is only available while the e-mail is awaiting confirmation")


async def is_confirmed(ask: Ask) -> Reply:
    """GET /api/v1/emails/check_confirmation."""
    return ok(True)


async def no_refresh(ask: Ask) -> Reply:
    """GET /api/v1_alpha/async_refreshes/:id: nothing is fetched behind an answer."""
    raise NotFound(GONE)


async def oembed(ask: Ask) -> Reply:
    """GET /api/oembed?url=…: how a public post of ours is shown on another's page."""
    named = ask.api.urls.parse(ask.params.text("url") or "")
    if named is None or named.kind != "post" or named.id is None:
        raise NotFound(GONE)
    found = await seen(ask, named.id)
    if not found.local or found.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        raise NotFound(GONE)
    whole = await ask.api.engine.glance(
        lambda tx: ask.api.renderer.account_entities(tx, [found.author_id], ask.viewer)
    )
    author = whole[found.author_id]
    return ok(
        {
            "type": "rich",
            "version": "1.0",
            "author_name": author.display_name,
            "author_url": author.url,
            "provider_name": ask.api.config.organisation.name or ask.api.urls.handle_domain,
            "provider_url": ask.api.urls.origin,
            "cache_age": 86400,
            "html": found.content,
            "width": ask.params.whole("maxwidth") or 400,
            "height": None,
            "title": ids.text(found.id),
        }
    )


ROUTES: Final = (
    post("/api/v1/statuses/{id}/translate", translate, "read:statuses", by=By.ANYONE),
    get("/api/v1/timelines/link", link_timeline, "read:statuses", by=By.ANYONE),
    get("/api/v1/annual_reports", annual_reports, "read:accounts"),
    get("/api/v1/annual_reports/{year}", annual_reports, "read:accounts"),
    get("/api/v1/annual_reports/{year}/state", annual_state, "read:accounts"),
    post("/api/v1/annual_reports/{year}/generate", nothing, "write:accounts"),
    post("/api/v1/annual_reports/{year}/read", nothing, "write:accounts"),
    get("/api/v1/accounts/{id}/identity_proofs", proofs, "read:accounts"),
    get("/api/proofs", none, by=By.ANYONE),
    post("/api/v1/accounts/{id}/email_subscriptions", no_newsletter, by=By.ANYONE),
    post("/api/v1/emails/confirmations", confirmation, "write:accounts", by=By.APP),
    get("/api/v1/emails/check_confirmation", is_confirmed, by=By.APP),
    get("/api/v1_alpha/async_refreshes/{id}", no_refresh, "read"),
    get("/api/oembed", oembed, by=By.ANYONE),
)
