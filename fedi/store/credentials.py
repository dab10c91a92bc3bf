"""By what a person is known again: password, one-time codes, recovery codes, passkeys, links."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.people import Person

from .engine import Tx
from .rows import PERSON, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Totp:
    """The shared secret of an authenticator app (base32); it counts once it is confirmed.
    `last_step` is the newest half minute whose code was used."""

    person_id: int
    secret: str
    confirmed: int | None = None
    last_step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A WebAuthn credential; `public_key` is COSE."""

    id: int
    person_id: int
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    created: int
    last_used: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that signs a person in once. `kind` is invite, reset (both may set a password)
    or enter."""

    hash: bytes
    person_id: int
    kind: str
    created: int
    expires: int
    used: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a person has to sign in with."""

    password: bool
    totp: bool
    recovery_codes: int
    passkeys: tuple[Passkey, ...]


TOTP: Final = Table("totp", Totp, ["person_id"])
PASSKEY: Final = Table("passkey", Passkey, ["id"])
LINK: Final = Table("one_time_link", Link, ["hash"])


async def person_named(tx: Tx, name: str) -> tuple[Person, str] | None:
    """Return the person with this user name or e-mail (both folded) and their password's hash,
    "" where they have none. Of an e-mail that several have, nobody is meant."""
    found = await tx.rows(
        f"SELECT {PERSON.selected('p')}, c.phc FROM person p"
        " LEFT JOIN credential c ON c.person_id = p.id"
        " WHERE p.username = ? OR (p.email <> '' AND lower(p.email) = ?) LIMIT 3",
        (name, name),
    )
    exact = [row for row in found if row[PERSON.columns.index("username")] == name]
    rows = exact or (found if len(found) == 1 else [])
    if not rows:
        return None
    person = PERSON.decode(rows[0])
    if person.departed is not None:
        return None
    return person, str(rows[0][len(PERSON.columns)] or "")


async def person(tx: Tx, id: int) -> Person | None:
    """Return a person who has not left."""
    row = await tx.one(f"{PERSON.select} WHERE id = ? AND departed IS NULL", (id,))
    return PERSON.decode(row) if row is not None else None


async def depart(tx: Tx, person_id: int, when: int | None) -> None:
    """Note that a person has left (ms), or, with None, that they are back."""
    await tx.run("UPDATE person SET departed = ? WHERE id = ?", (when, person_id))


async def set_admin(tx: Tx, person_id: int, admin: bool) -> None:
    """Note whether a person keeps order in the house."""
    await tx.run("UPDATE person SET admin = ? WHERE id = ?", (int(admin), person_id))


async def email_taken(tx: Tx, email: str) -> bool:
    """Return whether somebody has this e-mail address."""
    row = await tx.one(
        "SELECT 1 FROM person WHERE email <> '' AND lower(email) = ? LIMIT 1", (email.lower(),)
    )
    return row is not None


async def means(tx: Tx, person_id: int) -> Means:
    """Return what a person has to sign in with."""
    totp = await find_totp(tx, person_id)
    codes = await tx.one(
        "SELECT count(*) FROM recovery_code WHERE person_id = ? AND used IS NULL", (person_id,)
    )
    return Means(
        password=bool(await phc_of(tx, person_id)),
        totp=totp is not None and totp.confirmed is not None,
        recovery_codes=int(codes[0]) if codes is not None else 0,
        passkeys=tuple(await passkeys(tx, person_id)),
    )


# -- passwords


async def phc_of(tx: Tx, person_id: int) -> str:
    """Return the hash of a person's password, "" where they have none."""
    row = await tx.one("SELECT phc FROM credential WHERE person_id = ?", (person_id,))
    return str(row[0]) if row is not None else ""


async def put_phc(tx: Tx, person_id: int, phc: str, now: int) -> None:
    """Set the hash of a person's password."""
    await tx.run(
        "INSERT INTO credential (person_id, phc, changed) VALUES (?, ?, ?)"
        " ON CONFLICT (person_id) DO UPDATE SET phc = excluded.phc, changed = excluded.changed",
        (person_id, phc, now),
    )


# -- authenticator apps and recovery codes


async def find_totp(tx: Tx, person_id: int) -> Totp | None:
    """Return a person's authenticator secret, confirmed or not."""
    row = await tx.one(f"{TOTP.select} WHERE person_id = ?", (person_id,))
    return TOTP.decode(row) if row is not None else None


async def put_totp(tx: Tx, totp: Totp) -> None:
    """Set a person's authenticator secret."""
    await tx.run(TOTP.replace, TOTP.encode(totp))


async def use_totp(tx: Tx, person_id: int, step: int) -> bool:
    """Use the code of a half minute; False where it, or a later one, was used before."""
    changed = await tx.run(
        "UPDATE totp SET last_step = ? WHERE person_id = ? AND last_step < ?",
        (step, person_id, step),
    )
    return changed > 0


async def drop_totp(tx: Tx, person_id: int) -> None:
    """Forget a person's authenticator and recovery codes."""
    await tx.run("DELETE FROM totp WHERE person_id = ?", (person_id,))
    await tx.run("DELETE FROM recovery_code WHERE person_id = ?", (person_id,))


async def put_recovery_codes(tx: Tx, person_id: int, hashes: Sequence[bytes]) -> None:
    """Replace a person's recovery codes."""
    await tx.run("DELETE FROM recovery_code WHERE person_id = ?", (person_id,))
    await tx.many(
        "INSERT INTO recovery_code (person_id, hash) VALUES (?, ?)",
        [(person_id, hash) for hash in hashes],
    )


async def use_recovery_code(tx: Tx, person_id: int, hash: bytes, now: int) -> bool:
    """Use a recovery code; False where it is none, or was used."""
    changed = await tx.run(
        "UPDATE recovery_code SET used = ? WHERE person_id = ? AND hash = ? AND used IS NULL",
        (now, person_id, hash),
    )
    return changed > 0


async def drop_all(tx: Tx, person_id: int) -> None:
    """Forget all that a person signs in with."""
    await tx.run("DELETE FROM credential WHERE person_id = ?", (person_id,))
    await tx.run("DELETE FROM passkey WHERE person_id = ?", (person_id,))
    await drop_totp(tx, person_id)


# -- passkeys


async def passkeys(tx: Tx, person_id: int) -> list[Passkey]:
    """Return a person's passkeys, the oldest first."""
    found = await tx.rows(f"{PASSKEY.select} WHERE person_id = ? ORDER BY id", (person_id,))
    return [PASSKEY.decode(row) for row in found]


async def passkey(tx: Tx, credential_id: bytes) -> Passkey | None:
    """Return a passkey by the id its device knows it by."""
    row = await tx.one(f"{PASSKEY.select} WHERE credential_id = ?", (credential_id,))
    return PASSKEY.decode(row) if row is not None else None


async def add_passkey(tx: Tx, passkey: Passkey) -> bool:
    """Store a passkey; False where somebody has it already."""
    return await tx.run(PASSKEY.insert, PASSKEY.encode(passkey)) > 0


async def use_passkey(tx: Tx, id: int, sign_count: int, now: int) -> None:
    """Note the use of a passkey, and how often its device says it signed."""
    await tx.run(
        "UPDATE passkey SET sign_count = ?, last_used = ? WHERE id = ?", (sign_count, now, id)
    )


async def drop_passkey(tx: Tx, id: int, person_id: int) -> bool:
    """Forget a passkey of a person; False where it is none of theirs."""
    return await tx.run("DELETE FROM passkey WHERE id = ? AND person_id = ?", (id, person_id)) > 0


# -- one-time links


async def add_link(tx: Tx, link: Link) -> None:
    """Store a one-time link; earlier ones of its kind for the same person end."""
    await tx.run(
        "DELETE FROM one_time_link WHERE person_id = ? AND kind = ?", (link.person_id, link.kind)
    )
    await tx.run(LINK.insert, LINK.encode(link))


async def find_link(tx: Tx, hash: bytes, now: int) -> tuple[Link, Person] | None:
    """Return a link that may still be used, and whom it is for."""
    row = await tx.one(
        f"SELECT {LINK.selected('l')}, {PERSON.selected('p')} FROM one_time_link l"
        " JOIN person p ON p.id = l.person_id AND p.departed IS NULL"
        " WHERE l.hash = ? AND l.used IS NULL AND l.expires > ?",
        (hash, now),
    )
    if row is None:
        return None
    return LINK.decode(row), PERSON.decode(row[len(LINK.columns) :])


async def use_link(tx: Tx, hash: bytes, now: int) -> bool:
    """Use a link; False where it was used meanwhile."""
    changed = await tx.run(
        "UPDATE one_time_link SET used = ? WHERE hash = ? AND used IS NULL AND expires > ?",
        (now, hash, now),
    )
    return changed > 0


async def drop_links(tx: Tx, person_id: int) -> None:
    """End every link of a person."""
    await tx.run("DELETE FROM one_time_link WHERE person_id = ?", (person_id,))


async def forget_links(tx: Tx, before: int) -> int:
    """Delete links that ended before a moment (ms)."""
    return await tx.run("DELETE FROM one_time_link WHERE expires < ?", (before,))
