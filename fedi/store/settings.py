"""Settings that the house itself changes while it lives: sending held, the stream's epoch.

What an operator sets is in config.toml (fedi/config); these are words in a table.
"""

from typing import Final

from .engine import Tx

SENDING_HELD: Final = "sending_held"
"""Not empty after a restore, until somebody confirms that no other server speaks for our actors
(read by queue.py)."""
STREAM_EPOCH: Final = "stream_epoch"
"""Changes when positions in the event table may mean something else than they did."""

VAPID_KEY: Final = "vapid_key"
"""Our private key towards push services (fedi/push/vapid.py), as base64url."""

LAST_BACKUP: Final = "last_backup"
"""When the last whole backup was made, in ms."""

MEDIA_KEY: Final = "media_key"
"""Seals the addresses of other servers' files (fedi/media/proxy.py), in hexadecimal."""


STOPPED_KEY: Final = "stopped_key"
"""Hashes what authors were stopped at (fedi/publishing/cautioning.py), in hexadecimal."""


async def setting(tx: Tx, name: str) -> str:
    """Return a setting, "" where it was never set."""
    row = await tx.one("SELECT value FROM setting WHERE name = ?", (name,))
    return str(row[0]) if row is not None else ""


async def put_setting(tx: Tx, name: str, value: str) -> None:
    """Set a setting."""
    await tx.run(
        "INSERT INTO setting (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


async def setting_once(tx: Tx, name: str, value: str) -> str:
    """Set a setting unless it is set, and return what it is."""
    await tx.run(
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", (name, value)
    )
    return await setting(tx, name)


async def is_made(tx: Tx) -> bool:
    """Return whether the database has tables at all."""
    if tx.dialect == "sqlite":
        found = await tx.one("SELECT 1 FROM sqlite_master WHERE name = 'migration'")
        return found is not None
    row = await tx.one("SELECT to_regclass('migration') IS NOT NULL")
    return row is not None and bool(row[0])
