"""Collections: accounts that an actor recommends to others, gathered under a name.

Reads demand a Viewer: a collection of somebody who is gone or who blocks the viewer isn't there,
and of its accounts only those are told that the viewer may know and that stand in no block, with
the owner or with the viewer. Notifications about a collection have its id where others have a
post's. fedi/publishing/collecting.py has the rules of change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.audience import LocalActor, Viewer

from .engine import Param, Tx
from .knowing import known_to

COLLECTIONS_MAX: Final = 10
ITEMS_MAX: Final = 25
NOTICES: Final = ("added_to_collection", "collection_update")
"""Kinds of notifications that are about a collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """`tag` is a hashtag as written, `language` a code; both "" where there is none."""

    id: int
    actor_id: int
    name: str
    description: str = ""
    language: str = ""
    sensitive: bool = False
    discoverable: bool = True
    tag: str = ""
    created: int = 0
    updated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An account in a collection; `state` is pending, accepted, rejected or revoked."""

    id: int
    collection_id: int
    account_id: int
    position: int
    state: str
    created: int


_COLUMNS: Final = (
    "c.id, c.actor_id, c.name, c.description, c.language, c.sensitive, c.discoverable, c.tag,"
    " c.created, c.updated"
)
_ITEM: Final = "i.id, i.collection_id, i.account_id, i.position, i.state, i.created"
_STANDS: Final = "{0}.deleted IS NULL AND {0}.suspended IS NULL"


def _collection(row: Sequence[Any]) -> Collection:
    return Collection(
        id=row[0],
        actor_id=row[1],
        name=row[2],
        description=row[3],
        language=row[4],
        sensitive=bool(row[5]),
        discoverable=bool(row[6]),
        tag=row[7],
        created=row[8],
        updated=row[9],
    )


def _item(row: Sequence[Any]) -> Item:
    return Item(
        id=row[0],
        collection_id=row[1],
        account_id=row[2],
        position=row[3],
        state=row[4],
        created=row[5],
    )


def _reader(viewer: Viewer) -> int:
    return viewer.actor_id if isinstance(viewer, LocalActor) else 0


def _readable(viewer: Viewer) -> tuple[str, list[Param]]:
    """Return (FROM, parameters): the collections `c` that are there for a viewer."""
    known, knows = known_to(viewer, "o")
    text = (
        f" FROM collection c JOIN actor o ON o.id = c.actor_id AND {_STANDS.format('o')}"
        f" AND {known} AND NOT EXISTS (SELECT 1 FROM relation b"
        " WHERE b.kind = 'block' AND b.source_id = c.actor_id AND b.target_id = ?)"
    )
    return text, [*knows, _reader(viewer)]


# -- reading


async def seen(tx: Tx, ids: Sequence[int], viewer: Viewer) -> dict[int, Collection]:
    """Return those of these collections that are there for a viewer, by id."""
    if not ids:
        return {}
    there, params = _readable(viewer)
    rows = await tx.rows(
        f"SELECT {_COLUMNS}{there} WHERE c.id IN ({', '.join('?' * len(ids))})", [*params, *ids]
    )
    return {row[0]: _collection(row) for row in rows}


async def of_actor(
    tx: Tx, actor_id: int, viewer: Viewer, limit: int, offset: int
) -> list[Collection]:
    """Return a page of an actor's collections, the newest first; to others only those that are
    to be found."""
    there, params = _readable(viewer)
    rows = await tx.rows(
        f"SELECT {_COLUMNS}{there} WHERE c.actor_id = ? AND (c.discoverable = 1 OR c.actor_id = ?)"
        " ORDER BY c.id DESC LIMIT ? OFFSET ?",
        [*params, actor_id, _reader(viewer), limit, offset],
    )
    return [_collection(row) for row in rows]


async def holding(tx: Tx, account_id: int, limit: int, offset: int) -> list[Collection]:
    """Return a page of the collections that one of our actors is in, for that actor to see."""
    there, params = _readable(LocalActor(account_id))
    rows = await tx.rows(
        f"SELECT {_COLUMNS}{there} JOIN collection_item i ON i.collection_id = c.id"
        " WHERE i.account_id = ? AND i.state = 'accepted' ORDER BY c.id DESC LIMIT ? OFFSET ?",
        [*params, account_id, limit, offset],
    )
    return [_collection(row) for row in rows]


async def items(tx: Tx, ids: Sequence[int], viewer: Viewer) -> dict[int, list[Item]]:
    """Return what a viewer may know to be in each of these collections, in order. The owner sees
    what still waits for an answer as well."""
    found: dict[int, list[Item]] = {id: [] for id in ids}
    if not ids:
        return found
    me = _reader(viewer)
    known, knows = known_to(viewer)
    rows = await tx.rows(
        f"SELECT {_ITEM} FROM collection_item i JOIN collection c ON c.id = i.collection_id"
        f" JOIN actor a ON a.id = i.account_id AND {_STANDS.format('a')}"
        f" WHERE i.collection_id IN ({', '.join('?' * len(ids))}) AND {known}"
        " AND (i.state = 'accepted' OR (i.state = 'pending' AND c.actor_id = ?))"
        " AND NOT EXISTS (SELECT 1 FROM relation b WHERE b.kind = 'block'"
        " AND b.source_id IN (c.actor_id, ?) AND b.target_id = a.id)"
        " AND NOT EXISTS (SELECT 1 FROM relation d WHERE d.kind = 'block'"
        " AND d.source_id = a.id AND d.target_id IN (c.actor_id, ?))"
        " ORDER BY i.collection_id, i.position, i.id",
        [*ids, *knows, me, me, me],
    )
    for row in rows:
        found[row[1]].append(_item(row))
    return found


async def item(tx: Tx, collection_id: int, id: int) -> Item | None:
    """Return one item, in whatever state."""
    row = await tx.one(
        f"SELECT {_ITEM} FROM collection_item i WHERE i.id = ? AND i.collection_id = ?",
        (id, collection_id),
    )
    return None if row is None else _item(row)


async def every_item(tx: Tx, collection_id: int) -> list[Item]:
    """Return all items of a collection, in whatever state, in order."""
    rows = await tx.rows(
        f"SELECT {_ITEM} FROM collection_item i WHERE i.collection_id = ?", (collection_id,)
    )
    return sorted((_item(row) for row in rows), key=lambda item: (item.position, item.id))


async def count(tx: Tx, actor_id: int) -> int:
    """Return how many collections an actor has."""
    row = await tx.one("SELECT count(*) FROM collection WHERE actor_id = ?", (actor_id,))
    return 0 if row is None else int(row[0])


async def featurable(tx: Tx, owner: int, accounts: Sequence[int]) -> dict[int, bool]:
    """Return those of these accounts that an actor of ours may put into a collection, and
    whether each is ours: they want to be found, are here, and stand in no block with the owner."""
    if not accounts:
        return {}
    rows = await tx.rows(
        f"SELECT a.id, a.local FROM actor a WHERE a.id IN ({', '.join('?' * len(accounts))})"
        f" AND a.discoverable = 1 AND a.kind <> 'Application' AND {_STANDS.format('a')}"
        " AND NOT EXISTS (SELECT 1 FROM relation b WHERE b.kind = 'block'"
        " AND b.source_id = ? AND b.target_id = a.id)"
        " AND NOT EXISTS (SELECT 1 FROM relation d WHERE d.kind = 'block'"
        " AND d.source_id = a.id AND d.target_id = ?)",
        [*accounts, owner, owner],
    )
    return {row[0]: bool(row[1]) for row in rows}


async def ours_in(tx: Tx, collection_id: int) -> list[int]:
    """Return our actors that are in a collection."""
    rows = await tx.rows(
        "SELECT i.account_id FROM collection_item i JOIN actor a ON a.id = i.account_id"
        " AND a.local = 1 WHERE i.collection_id = ? AND i.state = 'accepted' ORDER BY i.position",
        (collection_id,),
    )
    return [row[0] for row in rows]


# -- changing


async def keep(tx: Tx, new: Collection) -> None:
    """Write a collection, new or changed."""
    names = "id, actor_id, name, description, language, sensitive, discoverable, tag, created"
    changes = ("name", "description", "language", "sensitive", "discoverable", "tag", "updated")
    await tx.run(
        f"INSERT INTO collection ({names}, updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in changes),
        (
            new.id, new.actor_id, new.name, new.description, new.language, int(new.sensitive),
            int(new.discoverable), new.tag, new.created, new.updated,
        ),
    )  # fmt: skip


async def put(tx: Tx, new: Item) -> bool:
    """Put an account into a collection; False where it is, or once took itself off."""
    return bool(
        await tx.run(
            "INSERT INTO collection_item (id, collection_id, account_id, position, state, created)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (new.id, new.collection_id, new.account_id, new.position, new.state, new.created),
        )
    )


async def take_out(tx: Tx, gone: Item, by_id: int) -> None:
    """Take an account out of a collection of `by_id`'s; one that took itself off stays so."""
    await tx.run("DELETE FROM collection_item WHERE id = ? AND state <> 'revoked'", (gone.id,))
    await forget_notices(tx, gone.collection_id, by_id, [gone.account_id])


async def revoke(tx: Tx, gone: Item, by_id: int) -> None:
    """Let an account take itself off a collection of `by_id`'s, for good."""
    await tx.run("UPDATE collection_item SET state = 'revoked' WHERE id = ?", (gone.id,))
    await forget_notices(tx, gone.collection_id, by_id, [gone.account_id])


async def drop(tx: Tx, gone: Collection) -> None:
    """Remove a collection, and what was told of it."""
    accounts = [one.account_id for one in await every_item(tx, gone.id)]
    await forget_notices(tx, gone.id, gone.actor_id, accounts)
    await tx.run("DELETE FROM collection_item WHERE collection_id = ?", (gone.id,))
    await tx.run("DELETE FROM collection WHERE id = ?", (gone.id,))


async def forget_notices(
    tx: Tx, id: int, by_id: int, recipients: Sequence[int], kinds: Sequence[str] = NOTICES
) -> None:
    """Take away what these were told of a collection."""
    await tx.many(
        "DELETE FROM notification WHERE recipient_id = ? AND kind = ? AND by_id = ?"
        " AND post_id = ?",
        [(one, kind, by_id, id) for one in recipients for kind in kinds],
    )


async def erase(tx: Tx, actor_id: int) -> None:
    """Remove a deleted actor's collections, and take it out of everybody's."""
    rows = await tx.rows(f"SELECT {_COLUMNS} FROM collection c WHERE c.actor_id = ?", (actor_id,))
    for row in rows:
        await drop(tx, _collection(row))
    await tx.run("DELETE FROM collection_item WHERE account_id = ?", (actor_id,))
