"""Pictures of ours as rows: the name of the file, whose it is, and since when."""

from .engine import Tx


async def add(tx: Tx, name: str, actor_id: int, media_type: str, size: int, now: int) -> None:
    """Note a picture; one that is known stays with whoever brought it first."""
    await tx.run(
        "INSERT INTO media (name, actor_id, media_type, size, created) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (name, actor_id, media_type, size, now),
    )


async def names(tx: Tx) -> list[str]:
    """Return the names of all pictures that should be on disk."""
    return [row[0] for row in await tx.rows("SELECT name FROM media ORDER BY name")]
