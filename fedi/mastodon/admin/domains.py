"""Rules for other servers: domains allowed and blocked by the house."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

from actors import ids
from actors.errors import Invalid, NotFound
from actors.handles import canonical_domain
from fedi.mastodon.admin.ordering import GONE, ordered
from fedi.mastodon.asking import Ask, Handler, Reply, Route, delete, get, ok, post, put
from fedi.mastodon.entities import moment
from fedi.mastodon.paging import links, page_of
from fedi.publishing.rulelists import Wanted
from fedi.publishing.ruling import Ruling
from fedi.store import domain_rules
from fedi.store.domain_rules import Rule
from fedi.store.engine import Tx


def rule_id(domain: str) -> str:
    """Return the id of a rule, which is made of its domain."""
    digest = hashlib.sha256(domain.encode()).digest()
    return ids.text(int.from_bytes(digest[:7], "big") | 1 << 56)


def _allowed(rule: Rule) -> dict[str, Any]:
    created = moment(rule.created)
    return {"id": rule_id(rule.domain), "domain": rule.domain, "created_at": created}


def _blocked(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule_id(rule.domain),
        "domain": rule.domain,
        "digest": hashlib.sha256(rule.domain.encode()).hexdigest(),
        "created_at": moment(rule.created),
        "severity": "suspend",
        "reject_media": True,
        "reject_reports": True,
        "private_comment": rule.comment or None,
        "public_comment": rule.public_comment or None,
        "obfuscate": False,
    }


_SHOWN: Final = {"allow": _allowed, "block": _blocked}


async def _rules(tx: Tx, kind: str) -> list[Rule]:
    return [one for one in await domain_rules.rules(tx) if one.kind == kind]


async def _rule(ask: Ask, kind: str) -> Rule:
    wanted = ids.text(ask.id())
    for one in await ask.api.engine.glance(lambda tx: _rules(tx, kind)):
        if rule_id(one[0]) == wanted:
            return one
    raise NotFound(GONE)


_Act = Callable[[Ask, str], Awaitable[Reply]]


def about(kind: str, act: _Act) -> Handler:
    """Return the handler that does something with the rules of a kind, for admins alone."""

    async def handle(ask: Ask) -> Reply:
        return await act(ask, kind)

    return ordered(handle)


async def every(ask: Ask, kind: str) -> Reply:
    """GET /api/v1/admin/domain_allows and domain_blocks; cursors are the rules' ids."""
    found = await ask.api.engine.glance(lambda tx: _rules(tx, kind))
    page = page_of(ask, default=100, most=200)
    keyed = sorted(((int(rule_id(one[0])), one) for one in found), reverse=True)
    chosen = [one for one in keyed if page.above < one[0] < page.below][: page.limit]
    shown = [_SHOWN[kind](one[1]) for one in chosen]
    return ok(shown, headers=links(ask, page, [one[0] for one in chosen]))


async def show(ask: Ask, kind: str) -> Reply:
    """GET one rule."""
    return ok(_SHOWN[kind](await _rule(ask, kind)))


async def create(ask: Ask, kind: str) -> Reply:
    """POST a rule; one of the other kind for the same domain goes."""
    try:
        domain = canonical_domain((ask.params.text("domain") or "").strip())
    except Invalid:
        raise Invalid("Validation failed: Domain is not a valid domain name") from None
    if domain in (ask.api.urls.authority, ask.api.urls.handle_domain):
        raise Invalid("Validation failed: Domain is this server's own")
    return await _kept(ask, Rule(domain, kind))


async def change(ask: Ask, kind: str) -> Reply:
    """PUT a rule: its comments."""
    return await _kept(ask, await _rule(ask, kind))


async def _kept(ask: Ask, rule: Rule) -> Reply:
    """Keep a rule with the comments that are asked for, those it had where none are."""
    comment, public = (ask.params.text(f"{side}_comment") for side in ("private", "public"))
    wanted = Wanted(
        domain=rule.domain,
        kind=rule.kind,
        comment=rule.comment if comment is None else comment,
        public_comment=rule.public_comment if public is None else public,
    )
    await _ruling(ask).put([wanted])
    found = await ask.api.engine.glance(lambda tx: _rules(tx, rule.kind))
    return ok(next(_SHOWN[rule.kind](one) for one in found if one.domain == rule.domain))


async def remove(ask: Ask, kind: str) -> Reply:
    """DELETE a rule."""
    rule = await _rule(ask, kind)
    await _ruling(ask).drop(rule.domain, kind)
    return ok(_SHOWN[kind](rule)) if kind == "allow" else Reply(b"{}")


def _ruling(ask: Ask) -> Ruling:
    return Ruling(ask.api.performer, ask.api.config.federation.mode == "allowlist")


def rules_of(kind: str) -> tuple[Route, ...]:
    """Return the routes of the domains that are allowed, or blocked."""
    on = f"/api/v1/admin/domain_{kind}s"
    read, write = f"admin:read:domain_{kind}s", f"admin:write:domain_{kind}s"
    return (
        get(on, about(kind, every), read),
        post(on, about(kind, create), write),
        get(f"{on}/{{id}}", about(kind, show), read),
        *((put(f"{on}/{{id}}", about(kind, change), write),) if kind == "block" else ()),
        delete(f"{on}/{{id}}", about(kind, remove), write),
    )


ROUTES: Final = (*rules_of("allow"), *rules_of("block"))
