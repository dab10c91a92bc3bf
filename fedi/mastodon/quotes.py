"""Quotes of a post: who quotes it, the leave taken back from one, and who may quote it at all."""

from actors.errors import Forbidden, NotFound
from actors.posts import QuoteState
from fedi.mastodon.asking import Ask, Reply, get, post, put
from fedi.mastodon.composing import policy_named
from fedi.mastodon.paging import page_of
from fedi.mastodon.posting import own
from fedi.mastodon.reacting import GONE, seen, shown
from fedi.mastodon.timelines import listed, span_of
from fedi.store import quoting
from fedi.store.engine import Tx


async def quotes(ask: Ask) -> Reply:
    """GET /api/v1/statuses/:id/quotes: the posts that quote one by its author's leave."""
    found, page = await seen(ask, ask.id()), page_of(ask)

    async def query(tx: Tx) -> Reply:
        rows = await quoting.quotes_of(tx, found.id, ask.viewer, span_of(page))
        return await listed(ask, tx, rows, page, "")

    return await ask.api.engine.glance(query)


async def revoke(ask: Ask) -> Reply:
    """POST /api/v1/statuses/:id/quotes/:quoting_status_id/revoke; answers with the post that
    quoted, as it now is. Oneself one may always quote."""
    found, quoting_id = await own(ask), ask.id("quoting_status_id")
    quote = await ask.api.engine.glance(lambda tx: quoting.between(tx, quoting_id, found.id))
    if quote is None:
        raise NotFound(GONE)
    quoting_post = await seen(ask, quoting_id)
    if quoting_post.author_id == ask.me.id:
        raise Forbidden("This action is not allowed")
    if quote.state is QuoteState.ACCEPTED:
        await ask.api.writing.revoke(ask.me, quote, ask.person.id)
    return await shown(ask, quoting_id)


async def policy(ask: Ask) -> Reply:
    """PUT /api/v1/statuses/:id/interaction_policy with `quote_approval_policy`."""
    found = await own(ask)
    asked = policy_named(ask.params.text("quote_approval_policy"))
    await ask.api.writing.let_quote(ask.me, found, asked, ask.person.id)
    return await shown(ask, found.id)


_ON = "/api/v1/statuses/{id}"
ROUTES = (
    get(f"{_ON}/quotes", quotes, "read:statuses"),
    post(f"{_ON}/quotes/{{quoting_status_id}}/revoke", revoke, "write:statuses"),
    put(f"{_ON}/interaction_policy", policy, "write:statuses"),
)
