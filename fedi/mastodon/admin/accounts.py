"""Accounts as those who keep order see them: found, suspended, opened again."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from actors import ids
from actors.errors import Forbidden, Invalid, NotFound
from actors.people import Actor
from fedi.mastodon.admin.ordering import GONE, ordered
from fedi.mastodon.asking import Ask, Handler, Reply, Route, delete, get, ok, post
from fedi.mastodon.entities import moment
from fedi.mastodon.paging import links, page_of
from fedi.mastodon.timelines import span_of
from fedi.store import moderation, reports
from fedi.store.engine import Tx
from fedi.store.moderation import Case, Sought

SUSPEND: Final = "suspend"
ACTIONS: Final = ("none", SUSPEND)


async def account_json(ask: Ask, tx: Tx, cases: list[Case]) -> dict[int, dict[str, Any]]:
    """Return accounts as those who keep order see them."""
    faces = await ask.api.renderer.faces(tx, [one.actor.id for one in cases], ask.viewer)
    return {
        one.actor.id: _account(one, faces[one.actor.id]) for one in cases if one.actor.id in faces
    }


def _account(one: Case, face: bytes) -> dict[str, Any]:
    actor, person = one.actor, one.person
    admin = person is not None and person.admin
    return {
        "id": ids.text(actor.id),
        "username": actor.username,
        "domain": None if actor.local else actor.domain,
        "created_at": moment(actor.created),
        "email": person.email if person is not None else "",
        "ip": None,
        "ips": [],
        "locale": (person.language if person is not None else actor.language) or "nb",
        "invite_request": None,
        "role": {
            "id": "1" if admin else "-99",
            "name": "Admin" if admin else "",
            "color": "",
            "permissions": "1" if admin else "0",
            "highlighted": admin,
        },
        "confirmed": True,
        "approved": True,
        "disabled": person is not None and person.departed is not None,
        "silenced": False,
        "suspended": actor.suspended is not None,
        "sensitized": False,
        "account": msgspec.Raw(face),
        "created_by_application_id": None,
        "invited_by_account_id": None,
    }


def _sought(ask: Ask) -> Sought:
    params = ask.params
    origin, status = params.text("origin"), params.text("status")
    local = True if params.flag("local") or origin == "local" else None
    if params.flag("remote") or origin == "remote":
        local = False
    suspended = None
    if status in ("active", SUSPEND + "ed"):
        suspended = status != "active"
    elif params.flag("suspended") or params.flag("active"):
        suspended = bool(params.flag("suspended"))
    staff = True if params.flag("staff") or params.text("permissions") == "staff" else None
    return Sought(
        local=local,
        suspended=suspended,
        staff=staff,
        username=params.text("username") or "",
        name=params.text("display_name") or "",
        domain=params.text("by_domain") or "",
        email=params.text("email") or "",
    )


async def accounts(ask: Ask) -> Reply:
    """GET /api/v1/admin/accounts and /api/v2/admin/accounts."""
    page, sought = page_of(ask, default=100, most=200), _sought(ask)

    async def query(tx: Tx) -> Reply:
        cases = await moderation.accounts(tx, sought, span_of(page))
        shown = await account_json(ask, tx, cases)
        return ok(list(shown.values()), headers=links(ask, page, [c.actor.id for c in cases]))

    return await ask.api.engine.read(query)


async def _case(ask: Ask, tx: Tx, id: int) -> Case:
    found = await moderation.by_ids(tx, [id])
    if id not in found or found[id].actor.deleted is not None:
        raise NotFound(GONE)
    return found[id]


async def account(ask: Ask) -> Reply:
    """GET /api/v1/admin/accounts/:id."""
    id = ask.id()

    async def query(tx: Tx) -> Reply:
        case = await _case(ask, tx, id)
        shown = await account_json(ask, tx, [case])
        if id not in shown:
            raise NotFound(GONE)
        return ok(shown[id])

    return await ask.api.engine.read(query)


async def action(ask: Ask) -> Reply:
    """POST /api/v1/admin/accounts/:id/action: suspend, or none to settle a report only."""
    kind = ask.params.text("type") or ""
    if kind not in ACTIONS:
        raise Invalid(f"Validation failed: Type must be one of {', '.join(ACTIONS)}")
    id, report = ask.id(), ids.parse(ask.params.text("report_id") or "")
    now, me, person = ask.api.clock.now(), ask.me.id, ask.person.id

    async def unit(tx: Tx) -> None:
        case = await _case(ask, tx, id)
        if kind == SUSPEND:
            _refuse_self(ask, case.actor)
            await moderation.suspend(tx, id, now, me, person)
        if report is not None:
            await reports.close(tx, report, now)

    await ask.api.engine.write(unit)
    _told(ask)
    return Reply(b"{}")


def _refuse_self(ask: Ask, actor: Actor) -> None:
    if actor.id in (ask.me.id, ask.person.actor_id):
        raise Invalid("Validation failed: You cannot do this to yourself")


def _told(ask: Ask) -> None:
    """Let every process look anew at who may do what."""
    ask.api.callers.forget()
    ask.api.performer.bus.wake("tokens")
    ask.api.performer.bus.wake("event")


def changed(act: Callable[[Ask, Tx, Case], Awaitable[object]]) -> Handler:
    """Return the handler that does something to an account and shows it."""

    async def handle(ask: Ask) -> Reply:
        id = ask.id()

        async def unit(tx: Tx) -> None:
            await act(ask, tx, await _case(ask, tx, id))

        await ask.api.engine.write(unit)
        _told(ask)
        return await account(ask)

    return handle


async def _unsuspend(ask: Ask, tx: Tx, case: Case) -> object:
    now = ask.api.clock.now()
    return await moderation.unsuspend(tx, case.actor.id, now, ask.me.id, ask.person.id)


async def _nothing(ask: Ask, tx: Tx, case: Case) -> object:
    """Undo what is never done here, or approve what needs no approval."""
    return None


async def _reject(ask: Ask, tx: Tx, case: Case) -> object:
    raise Forbidden("This account needs no approval: suspend it instead")


async def drop(ask: Ask) -> Reply:
    """DELETE /api/v1/admin/accounts/:id: what a suspended account of another server left here."""
    id = ask.id()
    case = await ask.api.engine.glance(lambda tx: _case(ask, tx, id))
    _refuse_self(ask, case.actor)
    if case.actor.suspended is None:
        raise Forbidden("Suspend the account first")
    if case.actor.local:
        # Its own people close it (fedi actor close): followers elsewhere are told then.
        raise Forbidden("An account of this house is closed by those who manage it")
    return await account(ask)


_ACCOUNTS: Final = "/api/v1/admin/accounts"
_READ, _WRITE = "admin:read:accounts", "admin:write:accounts"
ROUTES: Final[tuple[Route, ...]] = (
    get(_ACCOUNTS, ordered(accounts), _READ),
    get("/api/v2/admin/accounts", ordered(accounts), _READ),
    get(f"{_ACCOUNTS}/{{id}}", ordered(account), _READ),
    delete(f"{_ACCOUNTS}/{{id}}", ordered(drop), _WRITE),
    post(f"{_ACCOUNTS}/{{id}}/action", ordered(action), _WRITE),
    post(f"{_ACCOUNTS}/{{id}}/approve", ordered(changed(_nothing)), _WRITE),
    post(f"{_ACCOUNTS}/{{id}}/reject", ordered(changed(_reject)), _WRITE),
    post(f"{_ACCOUNTS}/{{id}}/enable", ordered(changed(_nothing)), _WRITE),
    post(f"{_ACCOUNTS}/{{id}}/unsilence", ordered(changed(_nothing)), _WRITE),
    post(f"{_ACCOUNTS}/{{id}}/unsensitive", ordered(changed(_nothing)), _WRITE),
    post(f"{_ACCOUNTS}/{{id}}/unsuspend", ordered(changed(_unsuspend)), _WRITE),
)
