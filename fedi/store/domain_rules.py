"""Domain rules: which servers are blocked or allowed, with the reason somebody gave."""

from .engine import Tx


async def rules(tx: Tx) -> list[tuple[str, str, str, int]]:
    """Return every rule: (domain, allow or block, comment, created)."""
    found = await tx.rows("SELECT domain, kind, comment, created FROM domain_rule ORDER BY domain")
    return [(row[0], row[1], row[2], row[3]) for row in found]


async def put_rule(tx: Tx, domain: str, kind: str, comment: str, now: int) -> None:
    """Block or allow a domain; a later rule for the same domain replaces the earlier."""
    await tx.run(
        "INSERT INTO domain_rule (domain, kind, comment, created) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (domain) DO UPDATE SET kind = excluded.kind, comment = excluded.comment,"
        " created = excluded.created",
        (domain, kind, comment, now),
    )


async def drop_rule(tx: Tx, domain: str) -> bool:
    """Remove the rule of a domain; False if there was none."""
    return await tx.run("DELETE FROM domain_rule WHERE domain = ?", (domain,)) > 0
