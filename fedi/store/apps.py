"""Apps that were registered, and the codes by which they get tokens."""

from dataclasses import dataclass
from typing import Final

from actors.people import Token

from . import roles
from .engine import Tx
from .rows import TOKEN, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app; whoever has its id and its secret is it. `website` is "" for none."""

    id: int
    client_id: str
    secret_hash: bytes
    name: str
    website: str = ""
    redirect_uris: tuple[str, ...]
    scopes: str
    created: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What an app exchanges for a token, once: who said yes to what. `redirect_uri` is as it was
    asked for, "" where it was left out; `challenge` "" where there was none."""

    hash: bytes
    app_id: int
    person_id: int
    actor_id: int
    redirect_uri: str
    scopes: str
    challenge: str
    expires: int
    used: int | None = None
    token_id: int | None = None


APP: Final = Table("app", App, ["id"])
CODE: Final = Table("authorization_code", Code, ["hash"])


async def add(tx: Tx, app: App) -> None:
    """Store a new app."""
    await tx.run(APP.insert, APP.encode(app))


async def by_client_id(tx: Tx, client_id: str) -> App | None:
    """Return the app that calls itself by this id."""
    row = await tx.one(f"{APP.select} WHERE client_id = ?", (client_id,))
    return APP.decode(row) if row is not None else None


async def by_id(tx: Tx, id: int) -> App | None:
    """Return the app with our own id."""
    row = await tx.one(f"{APP.select} WHERE id = ?", (id,))
    return APP.decode(row) if row is not None else None


async def add_code(tx: Tx, code: Code) -> None:
    """Store a fresh code."""
    await tx.run(CODE.insert, CODE.encode(code))


async def find_code(tx: Tx, hash: bytes) -> Code | None:
    """Return a code, used or not."""
    row = await tx.one(f"{CODE.select} WHERE hash = ?", (hash,))
    return CODE.decode(row) if row is not None else None


async def use_code(tx: Tx, code: Code, token: Token) -> bool:
    """Exchange a code for a token, in one unit; False where it was used meanwhile, or its person
    may not speak for that actor any more."""
    there = await tx.one(
        "SELECT 1 FROM person WHERE id = ? AND departed IS NULL", (code.person_id,)
    )
    if there is None or not await roles.effective(tx, code.person_id, code.actor_id, token.created):
        return False
    used = await tx.run(
        "UPDATE authorization_code SET used = ?, token_id = ? WHERE hash = ? AND used IS NULL",
        (token.created, token.id, code.hash),
    )
    if used:
        await tx.run(TOKEN.insert, TOKEN.encode(token))
    return used > 0


async def drop_codes(tx: Tx, person_id: int) -> None:
    """End every code of a person that has given no token yet."""
    await tx.run(
        "DELETE FROM authorization_code WHERE person_id = ? AND used IS NULL", (person_id,)
    )


async def add_token(tx: Tx, token: Token) -> None:
    """Store a fresh token."""
    await tx.run(TOKEN.insert, TOKEN.encode(token))


async def token_by_hash(tx: Tx, hash: bytes) -> Token | None:
    """Return a token by its hash, revoked or not."""
    row = await tx.one(f"{TOKEN.select} WHERE hash = ?", (hash,))
    return TOKEN.decode(row) if row is not None else None


async def forget_codes(tx: Tx, before: int) -> int:
    """Delete codes that ended before a moment (ms)."""
    return await tx.run("DELETE FROM authorization_code WHERE expires < ?", (before,))


async def forget_unused(tx: Tx, before: int, most: int) -> int:
    """Delete apps older than `before` (ms) that hold no token, tokens of apps for themselves
    that nobody has used since, and tokens taken back before then; `most` of each."""
    revoked = await tx.run(
        "DELETE FROM token WHERE id IN (SELECT id FROM token WHERE revoked < ? LIMIT ?)",
        (before, most),
    )
    tokens = await tx.run(
        "DELETE FROM token WHERE id IN (SELECT id FROM token WHERE app_id IS NOT NULL"
        " AND person_id IS NULL AND coalesce(last_used, created) < ? LIMIT ?)",
        (before, most),
    )
    apps = await tx.run(
        "DELETE FROM app WHERE id IN (SELECT a.id FROM app a WHERE a.created < ?"
        " AND NOT EXISTS (SELECT 1 FROM token t WHERE t.app_id = a.id)"
        " ORDER BY a.created LIMIT ?)",
        (before, most),
    )
    return revoked + tokens + apps
