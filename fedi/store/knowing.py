"""Who may know that an actor exists: SEES of actors/audience.py as SQL, as visibility.py has TABLE.

Each trait has its SQL here, over an actor's alias. Whatever lists, counts or finds actors takes
its condition from `known_to`; a law (tests/laws) checks that SQL and Python give the same verdict.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from actors.audience import (
    SEES,
    All,
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

_MEMBER: Final = (
    "EXISTS (SELECT 1 FROM relation kf WHERE kf.kind = 'follow' AND kf.source_id = ?"
    " AND kf.target_id = a.id AND kf.state = 'accepted')"
)
_INVITED: Final = (
    "EXISTS (SELECT 1 FROM invitation ki WHERE ki.group_id = a.id AND ki.actor_id = ?)"
)
_ANYONE: Final[dict[Trait, str]] = {
    Trait.LOCAL: "a.local = 1",
    Trait.IS_OPEN: "a.exposure = 'open'",
    Trait.IS_LIMITED: "a.exposure = 'allowed'",
    Trait.GONE: "a.suspended IS NOT NULL",
    Trait.HIDDEN: "a.secret = 1",
    Trait.HOST_ALLOWED: (
        "EXISTS (SELECT 1 FROM domain_rule kw WHERE kw.kind = 'allow'"
        " AND (kw.domain = ? OR ? LIKE kw.domain || ':%'))"
    ),
}
_OURS: Final[dict[Trait, str]] = {
    Trait.ITSELF: "a.id = ?",
    Trait.BELONGS: (
        f"({_MEMBER} OR {_INVITED} OR EXISTS (SELECT 1 FROM person kp JOIN membership km"
        " ON km.person_id = kp.id AND km.actor_id = a.id WHERE kp.actor_id = ?))"
    ),
    Trait.GUEST: "EXISTS (SELECT 1 FROM actor kg WHERE kg.id = ? AND kg.guest = 1)",
    Trait.MEETS: (
        "(EXISTS (SELECT 1 FROM relation kh JOIN actor kc ON kc.id = kh.target_id"
        " AND kc.kind = 'Group' JOIN relation kt ON kt.kind = 'follow' AND kt.target_id = kc.id"
        " AND kt.source_id = a.id AND kt.state = 'accepted' WHERE kh.kind = 'follow'"
        " AND kh.source_id = ? AND kh.state = 'accepted')"
        " OR EXISTS (SELECT 1 FROM relation kr WHERE kr.kind = 'follow' AND kr.source_id = a.id"
        " AND kr.target_id = ?) OR EXISTS (SELECT 1 FROM addressee kd JOIN post ko"
        " ON ko.id = kd.post_id AND ko.author_id = a.id WHERE kd.actor_id = ?))"
    ),
}
_ABROAD: Final[dict[Trait, str]] = {
    Trait.BELONGS: (
        f"({_MEMBER} OR {_INVITED} OR EXISTS (SELECT 1 FROM group_manager kx"
        " WHERE kx.group_id = a.id AND kx.actor_id = ?))"
    ),
}
_SERVER: Final[dict[Trait, str]] = {
    Trait.BELONGS: (
        "EXISTS (SELECT 1 FROM actor ks WHERE ks.host = ? AND ks.local = 0 AND ("
        "EXISTS (SELECT 1 FROM relation ky WHERE ky.kind = 'follow' AND ky.source_id = ks.id"
        " AND ky.target_id = a.id AND ky.state = 'accepted') OR EXISTS (SELECT 1 FROM invitation ki"
        " WHERE ki.group_id = a.id AND ki.actor_id = ks.id)))"
    ),
}
_BY_KIND: Final[dict[type[Viewer], dict[Trait, str]]] = {
    Nobody: {},
    LocalActor: _OURS,
    RemoteActor: _ABROAD,
    RemoteServer: _SERVER,
}


def _render(node: Node, table: dict[Trait, str], takes: list[str], by_host: bool) -> str:
    match node:
        case Trait():
            sql = table[node]
            host = by_host or node is Trait.HOST_ALLOWED
            takes += ["host" if host else "actor"] * sql.count("?")
            return sql
        case All(parts):
            return "(" + " AND ".join(_render(p, table, takes, by_host) for p in parts) + ")"
        case Some(parts):
            return "(" + " OR ".join(_render(p, table, takes, by_host) for p in parts) + ")"
        case Not(part):
            return f"NOT ({_render(part, table, takes, by_host)})"
    raise TypeError(node)


def _compiled(kind: type[Viewer]) -> tuple[str, tuple[str, ...]]:
    """Return the SQL for a kind of viewer, and which value each placeholder takes."""
    takes: list[str] = []
    text = _render(SEES[kind], {**_ANYONE, **_BY_KIND[kind]}, takes, kind is RemoteServer)
    return text, tuple(takes)


_COMPILED: Final = {kind: _compiled(kind) for kind in SEES}


@lru_cache(maxsize=32)
def _named(sql: str, alias: str) -> str:
    return re.sub(r"\ba\.", f"{alias}.", sql)


def known_to(viewer: Viewer, alias: str = "a") -> tuple[str, list[Param]]:
    """Return (SQL, parameters): true of actors whose existence is no secret to a viewer."""
    text, takes = _COMPILED[type(viewer)]
    text = _named(text, alias)
    match viewer:
        case Nobody():
            return text, []
        case LocalActor(actor_id):
            return text, [actor_id for _ in takes]
        case RemoteActor(actor_id, host):
            return text, [actor_id if need == "actor" else host for need in takes]
        case RemoteServer(host):
            return text, [host for _ in takes]


async def known_among(tx: Tx, ids: Sequence[int], viewer: Viewer) -> set[int]:
    """Return those of these actors of which a viewer may know."""
    if not ids:
        return set()
    condition, params = known_to(viewer)
    marks = ", ".join("?" * len(ids))
    rows = await tx.rows(
        f"SELECT a.id FROM actor a WHERE a.id IN ({marks}) AND {condition}", [*ids, *params]
    )
    return {row[0] for row in rows}


async def may_know(tx: Tx, actor_id: int, viewer: Viewer) -> bool:
    """Return whether a viewer may know that an actor exists."""
    return actor_id in await known_among(tx, [actor_id], viewer)


async def traits(tx: Tx, actor_id: int, viewer: Viewer) -> dict[Trait, bool]:
    """Return each trait's truth on its own, for Python's verdict (and for explaining one)."""
    table = {**_ANYONE, **_BY_KIND[type(viewer)]}
    found: dict[Trait, bool] = {}
    for trait in atoms(SEES[type(viewer)]):
        by_host = isinstance(viewer, RemoteServer) or trait is Trait.HOST_ALLOWED
        value: Param = getattr(viewer, "host", "") if by_host else getattr(viewer, "actor_id", 0)
        marks = [value] * table[trait].count("?")
        row = await tx.one(
            f"SELECT 1 FROM actor a WHERE a.id = ? AND {table[trait]}", [actor_id, *marks]
        )
        found[trait] = row is not None
    return found
