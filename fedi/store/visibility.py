"""The table of actors/audience.py as SQL: a filter on rows that an index has chosen.

Each atom has its SQL here, over the post alias `p`; `condition(viewer)` renders the tree of a
viewer's kind once. A law (tests/laws) checks that SQL and Python give the same verdict.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from actors.audience import (
    TABLE,
    All,
    Atom,
    LocalActor,
    Nobody,
    Node,
    Not,
    RemoteActor,
    RemoteServer,
    Some,
    Trait,
    Viewer,
    atoms,
)

from .engine import Param, Tx

_ANYONE: Final[dict[Atom, str]] = {
    Atom.DELETED: "p.deleted IS NOT NULL",
    Atom.AUTHOR_GONE: (
        "EXISTS (SELECT 1 FROM actor gone WHERE gone.id = p.author_id"
        " AND (gone.suspended IS NOT NULL OR gone.deleted IS NOT NULL))"
    ),
    Atom.AUTHOR_INSIDE: (
        "EXISTS (SELECT 1 FROM actor i WHERE i.id = p.author_id AND i.exposure = 'internal')"
    ),
    Atom.AUTHOR_LIMITED: (
        "EXISTS (SELECT 1 FROM actor l WHERE l.id = p.author_id AND l.exposure = 'allowed')"
    ),
    Atom.OPEN: "p.visibility IN ('public', 'unlisted')",
    Atom.IS_FOLLOWERS: "p.visibility = 'followers'",
    Atom.IS_INTERNAL: "p.visibility = 'internal'",
    Atom.IS_GROUP: "p.visibility = 'group'",
    Atom.HOST_BLOCKED: "EXISTS (SELECT 1 FROM domain_rule d WHERE d.kind = 'block'"
    " AND (d.domain = ? OR ? LIKE '%.' || d.domain))",
    Atom.HOST_ALLOWED: "EXISTS (SELECT 1 FROM domain_rule w WHERE w.kind = 'allow'"
    " AND (w.domain = ? OR ? LIKE w.domain || ':%'))",
}
_ACTOR: Final[dict[Atom, str]] = {
    Atom.OWN: "p.author_id = ?",
    Atom.ADDRESSED: (
        "EXISTS (SELECT 1 FROM addressee a WHERE a.post_id = p.id AND a.actor_id = ?)"
    ),
    Atom.FOLLOWS: (
        "EXISTS (SELECT 1 FROM relation f WHERE f.kind = 'follow' AND f.source_id = ?"
        " AND f.target_id = p.author_id AND f.state = 'accepted')"
    ),
    Atom.MEMBER: (
        "EXISTS (SELECT 1 FROM addressee g JOIN actor ga ON ga.id = g.actor_id"
        " AND ga.kind = 'Group' JOIN relation m ON m.kind = 'follow' AND m.source_id = ?"
        " AND m.target_id = ga.id AND m.state = 'accepted' WHERE g.post_id = p.id)"
    ),
    Atom.BLOCKED: (
        "EXISTS (SELECT 1 FROM relation b WHERE b.kind = 'block' AND b.source_id = p.author_id"
        " AND b.target_id = ?)"
    ),
    # Of the viewer alone: asked once for the whole statement.
    Atom.GUEST: "EXISTS (SELECT 1 FROM actor gv WHERE gv.id = ? AND gv.guest = 1)",
}
_SERVER: Final[dict[Atom, str]] = {
    Atom.OWN: "EXISTS (SELECT 1 FROM actor o WHERE o.id = p.author_id AND o.host = ?)",
    Atom.ADDRESSED: (
        "EXISTS (SELECT 1 FROM addressee a JOIN actor aa ON aa.id = a.actor_id"
        " WHERE a.post_id = p.id AND aa.host = ? AND aa.local = 0)"
    ),
    Atom.FOLLOWS: (
        "EXISTS (SELECT 1 FROM relation f JOIN actor fa ON fa.id = f.source_id"
        " WHERE f.kind = 'follow' AND f.target_id = p.author_id AND f.state = 'accepted'"
        " AND fa.host = ? AND fa.local = 0)"
    ),
    Atom.MEMBER: (
        # CROSS JOIN: in this order, from the post's few addressees on.
        "(EXISTS (SELECT 1 FROM addressee g CROSS JOIN actor ga CROSS JOIN relation m"
        " CROSS JOIN actor ma WHERE g.post_id = p.id AND ga.id = g.actor_id"
        " AND ga.kind = 'Group' AND m.kind = 'follow' AND m.target_id = ga.id"
        " AND m.state = 'accepted' AND ma.id = m.source_id AND ma.host = ? AND ma.local = 0"
        # Others promise nothing about who reads it there; they have the group's own notes.
        " AND ma.shares_groups = 1"
        " AND (ga.exposure <> 'allowed' OR EXISTS (SELECT 1 FROM domain_rule w"
        " WHERE w.kind = 'allow' AND (w.domain = ? OR ? LIKE w.domain || ':%'))))"
        # Of a group elsewhere those have members of which its own server says so.
        " OR EXISTS (SELECT 1 FROM addressee e CROSS JOIN actor ea CROSS JOIN group_host h"
        " WHERE e.post_id = p.id AND ea.id = e.actor_id AND ea.local = 0"
        " AND h.group_id = ea.id AND h.host = ?))"
    ),
    # A block is of a person, not of their server: others there may still read.
    Atom.BLOCKED: "? = ''",
}

_REMOTE_ACTOR: Final[dict[Atom, str]] = {
    **_ACTOR,
    Atom.MEMBER: (
        f"({_ACTOR[Atom.MEMBER]} OR EXISTS (SELECT 1 FROM addressee e CROSS JOIN actor ea"
        " CROSS JOIN group_host h CROSS JOIN actor va WHERE e.post_id = p.id AND ea.id = e.actor_id"
        " AND ea.local = 0 AND h.group_id = ea.id AND va.id = ? AND va.host = h.host))"
    ),
}
_SPECIFIC: Final[dict[type[Viewer], dict[Atom, str]]] = {
    Nobody: _ACTOR,
    LocalActor: _ACTOR,
    RemoteActor: _REMOTE_ACTOR,
    RemoteServer: _SERVER,
}

_BY_HOST: Final = frozenset({Atom.HOST_BLOCKED, Atom.HOST_ALLOWED})


def _render(node: Node, sql: Callable[[Atom], str]) -> str:
    match node:
        case Atom():
            return sql(node)
        case All(parts):
            return "(" + " AND ".join(_render(part, sql) for part in parts) + ")"
        case Some(parts):
            return "(" + " OR ".join(_render(part, sql) for part in parts) + ")"
        case Not(part):
            return f"NOT ({_render(part, sql)})"
        case Trait():
            raise TypeError(node)  # of an actor, not of a post: knowing.py


def _order(node: Node) -> list[Atom]:
    match node:
        case Atom():
            return [node]
        case All(parts) | Some(parts):
            return [atom for part in parts for atom in _order(part)]
        case Not(part):
            return _order(part)
        case Trait():
            raise TypeError(node)


_BLOCKED_BY_ANY: Final = (
    # Asked once for the whole statement: most are blocked by nobody, and no post is asked then.
    "(EXISTS (SELECT 1 FROM relation WHERE kind = 'block' AND target_id = ?)"
    f" AND {_ACTOR[Atom.BLOCKED]})"
)


def _compiled(
    kind: type[Nobody | LocalActor | RemoteActor | RemoteServer], even_deleted: bool, by_row: bool
) -> tuple[str, tuple[str, ...]]:
    """Return the SQL for a viewer kind, and which value each placeholder takes."""
    table = {**_ANYONE, **_SPECIFIC[kind]}
    if kind is not RemoteServer and not by_row:
        table[Atom.BLOCKED] = _BLOCKED_BY_ANY
    if even_deleted:
        table[Atom.DELETED] = "1 = 0"
    node = TABLE[kind]
    takes: list[str] = []
    for atom in _order(node):
        needs = "host" if atom in _BY_HOST or kind is RemoteServer else "actor"
        takes += [needs] * table[atom].count("?")
    return _render(node, table.__getitem__), tuple(takes)


_COMPILED: Final = {
    (kind, even_deleted, by_row): _compiled(kind, even_deleted, by_row)
    for kind in TABLE
    for even_deleted in (False, True)
    for by_row in (False, True)
}


@lru_cache(maxsize=256)
def named(sql: str, alias: str) -> str:
    """Return SQL over the post alias p as SQL over another alias."""
    return re.sub(r"\bp\.", f"{alias}.", sql)


def condition(viewer: Viewer, *, even_deleted: bool = False) -> tuple[str, list[Param]]:
    """Return (SQL over post alias p, parameters): true where `viewer` may see the post, or,
    with `even_deleted`, could have seen it before it was deleted."""
    text, takes = _COMPILED[type(viewer), even_deleted, False]
    match viewer:
        case Nobody():
            return text, []
        case LocalActor(actor_id):
            return text, [actor_id for _ in takes]
        case RemoteActor(actor_id, host):
            return text, [actor_id if need == "actor" else host for need in takes]
        case RemoteServer(host):
            return text, [host for _ in takes]


def condition_by_row(actor_id: str, *, even_deleted: bool = False) -> str:
    """Return SQL over post alias p that is true where one of ours may see the post; whose eyes
    they are, the SQL expression `actor_id` says row by row. For lists with many viewers."""
    text, _ = _COMPILED[LocalActor, even_deleted, True]
    return text.replace("?", actor_id)


async def may_see(tx: Tx, post_id: int, viewer: Viewer) -> bool:
    """Return whether `viewer` may see the post, by the same condition as every list."""
    text, params = condition(viewer)
    found = await tx.one(f"SELECT 1 FROM post p WHERE p.id = ? AND {text}", [post_id, *params])
    return found is not None


async def facts(tx: Tx, post_id: int, viewer: Viewer) -> dict[Atom, bool]:
    """Return each atom's truth on its own, for Python's verdict (and for explaining one)."""
    table = {**_ANYONE, **_SPECIFIC[type(viewer)]}
    found: dict[Atom, bool] = {}
    for atom in atoms(TABLE[type(viewer)]):
        host = getattr(viewer, "host", "")
        by_host = atom in _BY_HOST or isinstance(viewer, RemoteServer)
        value: Param = host if by_host else getattr(viewer, "actor_id", 0)
        marks = [value] * table[atom].count("?")
        row = await tx.one(
            f"SELECT 1 FROM post p WHERE p.id = ? AND {table[atom]}",
            [post_id, *marks],
        )
        found[atom] = row is not None
    return found
