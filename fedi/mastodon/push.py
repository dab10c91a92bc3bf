"""Push subscriptions of the token that asks: GET, POST, PUT and DELETE /api/v1/push/subscription.

What is pushed, and how, is in fedi/push. `id` is a number, as from Mastodon: its documentation
says text, and apps that decode what it sends read nothing else (IceCubes, Tusky).
"""

from actors.errors import NotFound, Unauthorized
from fedi.mastodon.asking import Ask, Reply, delete, empty, get, ok, post, put
from fedi.mastodon.entities import Entity
from fedi.net.params import Params
from fedi.oauth.callers import bearer_of
from fedi.push.subscriptions import ALERTS, Wish
from fedi.store.push import Subscription


class WebPushSubscription(Entity):
    id: int
    endpoint: str
    standard: bool
    alerts: dict[str, bool]
    policy: str
    server_key: str


async def show(ask: Ask) -> Reply:
    """GET: what the app has asked for."""
    return await _shown(ask, await ask.api.push.find(_token(ask)))


async def subscribe(ask: Ask) -> Reply:
    """POST: ask to be told, in place of what was asked for before."""
    subscription = ask.params.inner("subscription") or Params({})
    keys = subscription.inner("keys") or Params({})
    alerts, policy = _wanted(ask.params)
    wish = Wish(
        endpoint=subscription.text("endpoint") or "",
        p256dh=keys.text("p256dh") or "",
        auth=keys.text("auth") or "",
        standard=bool(subscription.flag("standard")),
        alerts=alerts,
        policy=policy,
    )
    bearer = bearer_of(ask.scope) or ask.params.text("access_token") or ""
    return await _shown(ask, await ask.api.push.subscribe(_token(ask), ask.me.id, bearer, wish))


async def change(ask: Ask) -> Reply:
    """PUT: ask to be told of other things."""
    alerts, policy = _wanted(ask.params)
    return await _shown(ask, await ask.api.push.change(_token(ask), alerts, policy))


async def drop(ask: Ask) -> Reply:
    """DELETE: be told no more."""
    await ask.api.push.drop(_token(ask))
    return empty()


def _token(ask: Ask) -> int:
    if ask.caller is None:
        raise Unauthorized("The access token is invalid")
    return ask.caller.token_id


def _wanted(params: Params) -> tuple[frozenset[str], str]:
    data = params.inner("data") or Params({})
    alerts = data.inner("alerts") or Params({})
    wanted = frozenset(name for name in ALERTS if alerts.flag(name))
    return wanted, data.text("policy") or params.text("policy") or "all"


async def _shown(ask: Ask, found: Subscription | None) -> Reply:
    if found is None:
        raise NotFound("Record not found")
    return ok(
        WebPushSubscription(
            id=found.id,
            endpoint=found.endpoint,
            standard=found.standard,
            alerts={name: name in found.alerts for name in ALERTS},
            policy=found.policy,
            server_key=await ask.api.push.server_key(),
        )
    )


_PATH = "/api/v1/push/subscription"
ROUTES = (
    get(_PATH, show, "push"),
    post(_PATH, subscribe, "push"),
    put(_PATH, change, "push"),
    delete(_PATH, drop, "push"),
)
