"""What one does with other accounts: follow, block, mute, note; and the lists of those."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from actors import ids
from actors.errors import Forbidden, Invalid, NotFound
from actors.handles import canonical_domain
from actors.people import Actor
from fedi.mastodon.asking import Ask, By, Handler, Reply, delete, empty, get, joined, ok, post
from fedi.mastodon.entities import Relationship, moment_or_none
from fedi.mastodon.paging import links, page_of
from fedi.mastodon.timelines import span_of
from fedi.store import acquaintances, groups, hydrating
from fedi.store.acquaintances import Standing
from fedi.store.engine import Tx

MOST_AT_ONCE: Final = 80
NOTE_CHARACTERS: Final = 2_000
LANGUAGE_CHARACTERS: Final = 12
GONE: Final = "Record not found"


def relationship(standing: Standing) -> Relationship:
    """Return how the caller stands to another, as apps read it."""
    follows = standing.follows == "accepted"
    return Relationship(
        id=ids.text(standing.id),
        following=follows,
        showing_reblogs=follows and not standing.hides_boosts,
        notifying=follows and standing.notifies,
        languages=standing.languages,
        followed_by=standing.followed == "accepted",
        blocking=standing.blocks,
        blocked_by=standing.blocked,
        muting=standing.mutes,
        muting_notifications=standing.mutes and standing.mutes_notifications,
        muting_expires_at=moment_or_none(standing.muted_until),
        requested=standing.follows == "pending",
        requested_by=standing.followed == "pending",
        domain_blocking=standing.domain_muted,
        endorsed=standing.endorsed,
        note=standing.note,
    )


async def relationships(ask: Ask) -> Reply:
    """GET /api/v1/accounts/relationships?id[]=…"""
    wanted = ask.ids("id")[:MOST_AT_ONCE]
    found = await ask.api.engine.glance(lambda tx: acquaintances.standings(tx, ask.me.id, wanted))
    return ok([relationship(one) for one in found])


async def standing_to(ask: Ask, other: int) -> Reply:
    """Return how the caller now stands to another."""
    found = await ask.api.engine.glance(lambda tx: acquaintances.standings(tx, ask.me.id, [other]))
    if not found:
        raise NotFound(GONE)
    return ok(relationship(found[0]))


async def other_of(ask: Ask, name: str = "id") -> Actor:
    """Return the account in the path."""
    id = ask.id(name)
    found = await ask.api.engine.glance(lambda tx: hydrating.actor(tx, id, ask.viewer))
    if found is None:
        raise NotFound(GONE)
    return found


_Act = Callable[[Ask, Actor], Awaitable[object]]


def acted(act: _Act, *, on_self: bool = False) -> Handler:
    """Return the handler that does something to the account in the path and tells how it stands."""

    async def handle(ask: Ask) -> Reply:
        other = await other_of(ask)
        if other.id == ask.me.id and not on_self:
            raise Forbidden("This action is not allowed")
        await act(ask, other)
        try:
            return await standing_to(ask, other.id)
        except NotFound:  # whoever has left a secret group may know of it no more
            return ok(relationship(Standing(id=other.id)))

    return handle


async def _follow(ask: Ask, other: Actor) -> None:
    await ask.api.interacting.follow(ask.me, other, person=ask.person.id)
    changes: dict[str, object] = {}
    reblogs, notify = ask.params.flag("reblogs"), ask.params.flag("notify")
    if reblogs is not None:
        changes["hides_boosts"] = not reblogs
    if notify is not None:
        changes["notifies"] = notify
    if "languages" in ask.params:
        named = ask.params.texts("languages")[:20]
        changes["languages"] = [one for one in named if 0 < len(one) <= LANGUAGE_CHARACTERS]
    if changes:
        await ask.api.engine.write(
            lambda tx: acquaintances.change(tx, ask.me.id, other.id, **changes)
        )


async def _unfollow(ask: Ask, other: Actor) -> None:
    await ask.api.interacting.unfollow(ask.me, other, person=ask.person.id)


async def _block(ask: Ask, other: Actor) -> None:
    await ask.api.interacting.block(ask.me, other, person=ask.person.id)


async def _unblock(ask: Ask, other: Actor) -> None:
    await ask.api.interacting.unblock(ask.me, other, person=ask.person.id)


async def _mute(ask: Ask, other: Actor) -> None:
    notifications = ask.params.flag("notifications")
    seconds = ask.params.whole("duration") or 0
    if not 0 <= seconds <= 10 * 366 * 86_400:
        raise Invalid("Validation failed: Duration is out of range")
    until = ask.api.clock.now() + seconds * 1000 if seconds else None
    number, heard = ask.api.performer.new_id(), notifications is not False
    await ask.api.engine.write(
        lambda tx: acquaintances.mute(
            tx, ask.me.id, other.id, number=number, notifications=heard, until=until
        )
    )


async def _unmute(ask: Ask, other: Actor) -> None:
    await ask.api.engine.write(lambda tx: acquaintances.unmute(tx, ask.me.id, other.id))


async def _note(ask: Ask, other: Actor) -> None:
    text = ask.params.text("comment") or ""
    if len(text) > NOTE_CHARACTERS:
        raise Invalid(f"Validation failed: Comment is too long (maximum is {NOTE_CHARACTERS})")
    await ask.api.engine.write(lambda tx: acquaintances.change(tx, ask.me.id, other.id, note=text))


async def _remove(ask: Ask, other: Actor) -> None:
    await ask.api.interacting.reject(ask.me, other, person=ask.person.id)


async def _endorse(ask: Ask, other: Actor) -> None:
    found = await ask.api.engine.glance(
        lambda tx: acquaintances.standings(tx, ask.me.id, [other.id])
    )
    if not found or found[0].follows != "accepted":
        raise Invalid("Validation failed: you must be already following the account")
    await ask.api.engine.write(
        lambda tx: acquaintances.change(tx, ask.me.id, other.id, endorsed=True)
    )


async def _unendorse(ask: Ask, other: Actor) -> None:
    await ask.api.engine.write(
        lambda tx: acquaintances.change(tx, ask.me.id, other.id, endorsed=False)
    )


# -- those who ask to follow


async def _answering(tx: Tx, ask: Ask) -> list[int]:
    """Return for whom the caller answers: the actor of the token and, with one's own actor, the
    groups that one manages."""
    mine = ask.me.id == ask.person.actor_id
    managed = await groups.managed_by(tx, ask.person.id, ask.api.clock.now()) if mine else []
    return [ask.me.id, *managed]


async def _asked(ask: Ask, other: Actor) -> Actor:
    """Return whom somebody has asked of those for whom the caller answers."""

    async def query(tx: Tx) -> Actor | None:
        target = await groups.asked_of(tx, await _answering(tx, ask), other.id)
        return None if target is None else await hydrating.actor(tx, target)

    return await ask.api.engine.glance(query) or ask.me


async def follow_requests(ask: Ask) -> Reply:
    """GET /api/v1/follow_requests: who asks to follow, and to join the groups that one manages."""
    page = page_of(ask, default=40, most=80)

    async def query(tx: Tx) -> Reply:
        rows = await groups.asking(tx, await _answering(tx, ask), span_of(page))
        faces = await ask.api.renderer.accounts(tx, [row[1] for row in rows], ask.viewer)
        return joined(faces, headers=links(ask, page, [row[0] for row in rows]))

    return await ask.api.engine.glance(query)


async def authorize(ask: Ask) -> Reply:
    """POST /api/v1/follow_requests/:account_id/authorize."""
    other = await other_of(ask, "account_id")
    asked = await _asked(ask, other)
    try:
        await ask.api.interacting.accept(asked, other, person=ask.person.id)
    except NotFound:
        raise NotFound(GONE) from None
    return await standing_to(ask, other.id)


async def reject(ask: Ask) -> Reply:
    """POST /api/v1/follow_requests/:account_id/reject."""
    other = await other_of(ask, "account_id")
    asked = await _asked(ask, other)
    if await ask.api.interacting.reject(asked, other, person=ask.person.id) is None:
        raise NotFound(GONE)
    return await standing_to(ask, other.id)


# -- lists


def _list(kind: str) -> Handler:
    """Return the handler of a list of those the caller stands so to."""

    async def handle(ask: Ask) -> Reply:
        page = page_of(ask, default=40, most=80)

        async def query(tx: Tx) -> Reply:
            rows = await acquaintances.related(
                tx, ask.me.id, kind, span_of(page), viewer=ask.viewer
            )
            faces = await ask.api.renderer.accounts(tx, [row[1] for row in rows], ask.viewer)
            return joined(faces, headers=links(ask, page, [row[0] for row in rows]))

        return await ask.api.engine.glance(query)

    return handle


async def mutes(ask: Ask) -> Reply:
    """GET /api/v1/mutes: accounts, each with when its mute ends."""
    page = page_of(ask, default=40, most=80)

    async def query(tx: Tx) -> Reply:
        rows = await acquaintances.related(tx, ask.me.id, "mute", span_of(page), viewer=ask.viewer)
        others = [row[1] for row in rows]
        faces = await ask.api.renderer.faces(tx, others, ask.viewer)
        standings = await acquaintances.standings(tx, ask.me.id, others)
        ends = {one.id: moment_or_none(one.muted_until) for one in standings}
        shown = [
            faces[id][:-1] + b',"mute_expires_at":' + msgspec.json.encode(ends.get(id)) + b"}"
            for id in others
            if id in faces
        ]
        return joined(shown, headers=links(ask, page, [row[0] for row in rows]))

    return await ask.api.engine.glance(query)


def _of_account(*, toward: bool) -> Handler:
    """Return the handler of an account's followers or of those it follows."""

    async def handle(ask: Ask) -> Reply:
        page, other = page_of(ask, default=40, most=80), await other_of(ask)
        if other.hides_totals and other.id != ask.reader:
            return joined(())

        async def query(tx: Tx) -> Reply:
            rows = await acquaintances.related(
                tx, other.id, "follow", span_of(page), viewer=ask.viewer, toward=toward
            )
            faces = await ask.api.renderer.accounts(tx, [row[1] for row in rows], ask.viewer)
            return joined(faces, headers=links(ask, page, [row[0] for row in rows]))

        return await ask.api.engine.glance(query)

    return handle


async def endorsements(ask: Ask) -> Reply:
    """GET /api/v1/accounts/:id/endorsements, and /api/v1/endorsements for one's own."""
    page = page_of(ask, default=40, most=80)
    owner = (await other_of(ask)).id if "id" in ask.path_params else ask.me.id

    async def query(tx: Tx) -> Reply:
        rows = await acquaintances.endorsed(tx, owner, span_of(page), ask.viewer)
        faces = await ask.api.renderer.accounts(tx, [row[1] for row in rows], ask.viewer)
        return joined(faces, headers=links(ask, page, [row[0] for row in rows]))

    return await ask.api.engine.glance(query)


async def familiar_followers(ask: Ask) -> Reply:
    """GET /api/v1/accounts/familiar_followers?id[]=…"""
    wanted = ask.ids("id")[:MOST_AT_ONCE]

    async def query(tx: Tx) -> list[bytes]:
        known = await acquaintances.familiar(tx, ask.me.id, wanted)
        everyone = list(dict.fromkeys(id for some in known.values() for id in some))
        faces = await ask.api.renderer.faces(tx, everyone, ask.viewer)
        return [
            b'{"id":"' + ids.text(id).encode() + b'","accounts":['
            + b",".join(faces[one] for one in known[id] if one in faces) + b"]}"
            for id in wanted
            if id in known
        ]  # fmt: skip

    return joined(await ask.api.engine.glance(query))


# -- domains


async def domain_blocks(ask: Ask) -> Reply:
    """GET /api/v1/domain_blocks."""
    page = page_of(ask, default=100, most=200)
    rows = await ask.api.engine.glance(
        lambda tx: acquaintances.muted_domains(tx, ask.me.id, span_of(page))
    )
    return ok([row[1] for row in rows], headers=links(ask, page, [row[0] for row in rows]))


def _domain(ask: Ask) -> str:
    text = (ask.params.text("domain") or "").strip()
    try:
        return canonical_domain(text)
    except Invalid:
        raise Invalid("Validation failed: Domain is not a valid domain name") from None


async def block_domain(ask: Ask) -> Reply:
    """POST /api/v1/domain_blocks: nothing from there any more, and follows end both ways."""
    ask.must_write()
    domain, id = _domain(ask), ask.api.performer.new_id()
    await ask.api.engine.write(lambda tx: acquaintances.mute_domain(tx, ask.me.id, domain, id))
    followers, following = await ask.api.engine.glance(
        lambda tx: acquaintances.from_domain(tx, ask.me.id, domain)
    )
    known = await ask.api.engine.glance(
        lambda tx: ask.api.performer.open(tx).actors_by_id((*followers, *following))
    )
    for other in followers:
        await ask.api.interacting.reject(ask.me, known[other], person=ask.person.id)
    for other in following:
        await ask.api.interacting.unfollow(ask.me, known[other], person=ask.person.id)
    return empty()


async def unblock_domain(ask: Ask) -> Reply:
    """DELETE /api/v1/domain_blocks."""
    domain = _domain(ask)
    await ask.api.engine.write(lambda tx: acquaintances.unmute_domain(tx, ask.me.id, domain))
    return empty()


async def domain_preview(ask: Ask) -> Reply:
    """GET /api/v1/domain_blocks/preview: how many follows a block would end."""
    domain = _domain(ask)
    followers, following = await ask.api.engine.glance(
        lambda tx: acquaintances.from_domain(tx, ask.me.id, domain)
    )
    return ok({"following_count": len(following), "followers_count": len(followers)})


_ON: Final = "/api/v1/accounts/{id}"
ROUTES: Final = (
    get("/api/v1/accounts/relationships", relationships, "read:follows"),
    get("/api/v1/accounts/familiar_followers", familiar_followers, "read:follows"),
    post(f"{_ON}/follow", acted(_follow), "write:follows", "follow"),
    post(f"{_ON}/unfollow", acted(_unfollow), "write:follows", "follow"),
    post(f"{_ON}/remove_from_followers", acted(_remove), "write:follows", "follow"),
    post(f"{_ON}/block", acted(_block), "write:blocks", "follow"),
    post(f"{_ON}/unblock", acted(_unblock), "write:blocks", "follow"),
    post(f"{_ON}/mute", acted(_mute), "write:mutes", "follow"),
    post(f"{_ON}/unmute", acted(_unmute), "write:mutes", "follow"),
    post(f"{_ON}/note", acted(_note), "write:accounts"),
    post(f"{_ON}/pin", acted(_endorse), "write:accounts"),
    post(f"{_ON}/unpin", acted(_unendorse), "write:accounts"),
    post(f"{_ON}/endorse", acted(_endorse), "write:accounts"),
    post(f"{_ON}/unendorse", acted(_unendorse), "write:accounts"),
    get(f"{_ON}/followers", _of_account(toward=True), "read:accounts", by=By.ANYONE),
    get(f"{_ON}/following", _of_account(toward=False), "read:accounts", by=By.ANYONE),
    get(f"{_ON}/endorsements", endorsements, "read:accounts", by=By.ANYONE),
    get("/api/v1/endorsements", endorsements, "read:accounts"),
    get("/api/v1/blocks", _list("block"), "read:blocks", "follow"),
    get("/api/v1/mutes", mutes, "read:mutes", "follow"),
    get("/api/v1/follow_requests", follow_requests, "read:follows", "follow"),
    post("/api/v1/follow_requests/{account_id}/authorize", authorize, "write:follows", "follow"),
    post("/api/v1/follow_requests/{account_id}/reject", reject, "write:follows", "follow"),
    get("/api/v1/domain_blocks", domain_blocks, "read:blocks", "follow"),
    post("/api/v1/domain_blocks", block_domain, "write:blocks", "follow"),
    delete("/api/v1/domain_blocks", unblock_domain, "write:blocks", "follow"),
    get("/api/v1/domain_blocks/preview", domain_preview, "read:blocks", "follow"),
)
