"""Keys of ours: which there are, and those that have had their time."""

from actors.people import Key

from .engine import Tx
from .rows import KEY


async def of_ours(tx: Tx, actor_id: int | None = None) -> list[tuple[str, Key]]:
    """Return the keys that our actors (or one of them) sign with or have signed with, each with
    its actor's user name; retired ones last."""
    one = " AND k.actor_id = ?" if actor_id is not None else ""
    rows = await tx.rows(
        f"SELECT {KEY.selected('k')}, a.username FROM actor a JOIN actor_key k ON k.actor_id = a.id"
        f" WHERE a.local = 1 AND k.private IS NOT NULL{one}"
        " ORDER BY a.username, k.retired IS NOT NULL, k.created, k.uri",
        () if actor_id is None else (actor_id,),
    )
    return [(row[-1], KEY.decode(row)) for row in rows]


async def retire_superseded(tx: Tx, now: int, grace: int) -> int:
    """Retire each key of ours that a newer one has replaced for at least `grace` ms; return how
    many. A retired key is listed no more and signs nothing, but its id is never used again."""
    return await tx.run(
        "UPDATE actor_key SET retired = ? WHERE private IS NOT NULL AND retired IS NULL"
        " AND EXISTS (SELECT 1 FROM actor_key n WHERE n.actor_id = actor_key.actor_id"
        " AND n.kind = actor_key.kind AND n.private IS NOT NULL AND n.retired IS NULL"
        " AND n.created > actor_key.created AND n.active_from <= ?)",
        (now, now - grace),
    )
