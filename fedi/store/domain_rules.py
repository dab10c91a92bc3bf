"""Domain rules: which servers are blocked or allowed, with the reasons somebody gave.

Whoever changes them cuts what waits for the servers in the same unit: fedi/publishing/ruling.py.
"""

from collections.abc import Iterable
from typing import NamedTuple

from .engine import Tx


class Rule(NamedTuple):
    """What holds for a domain. `kind` is allow or block; `comment` is for administrators,
    `public_comment` for everybody inside; `created` in Unix ms."""

    domain: str
    kind: str
    comment: str = ""
    created: int = 0
    public_comment: str = ""


async def rules(tx: Tx) -> list[Rule]:
    """Return every rule, by domain."""
    found = await tx.rows(
        "SELECT domain, kind, comment, created, public_comment FROM domain_rule ORDER BY domain"
    )
    return [Rule(*row) for row in found]


async def put_rule(
    tx: Tx, domain: str, kind: str, comment: str, now: int, public_comment: str = ""
) -> None:
    """Block or allow a domain; a later rule for the same domain replaces the earlier."""
    await put_rules(tx, [Rule(domain, kind, comment, now, public_comment)])


async def put_rules(tx: Tx, some: Iterable[Rule]) -> None:
    """Put rules, each in place of the one that its domain had."""
    await tx.many(
        "INSERT INTO domain_rule (domain, kind, comment, created, public_comment)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (domain) DO UPDATE SET kind = excluded.kind,"
        " comment = excluded.comment, created = excluded.created,"
        " public_comment = excluded.public_comment",
        [tuple(one) for one in some],
    )


async def drop_rule(tx: Tx, domain: str) -> bool:
    """Remove the rule of a domain; False if there was none."""
    return await tx.run("DELETE FROM domain_rule WHERE domain = ?", (domain,)) > 0
