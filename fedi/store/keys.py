"""Keys of ours that have had their time."""

from .engine import Tx


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
