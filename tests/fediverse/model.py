"""What must hold between houses once the network is well: the house of each author knows best.

`disagreements` returns in plain words whatever one house says otherwise than the house it is of.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.fediverse.history import Past
from tests.fediverse.houses import Fediverse, Running

Rows = list[tuple[Any, ...]]


class Told:
    """What one house holds, by URI."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.posts: dict[str, tuple[Any, ...]] = {}
        self.boosts: set[tuple[str, str]] = set()
        self.likes: set[tuple[str, str]] = set()
        self.relations: dict[tuple[str, str, str], str] = {}
        self.local: set[str] = set()
        self.notifications: Rows = []


async def told_by(house: Running) -> Told:
    told = Told(house.host)
    told.posts = {
        row[0]: row
        for row in await house.ask(
            "SELECT p.uri, p.content, p.visibility, p.edited, p.deleted IS NOT NULL, a.uri"
            " FROM post p JOIN actor a ON a.id = p.author_id WHERE p.boost_of IS NULL"
        )
    }
    told.boosts = set(
        await house.ask(
            "SELECT a.uri, o.uri FROM post b JOIN actor a ON a.id = b.author_id"
            " JOIN post o ON o.id = b.boost_of WHERE b.deleted IS NULL"
            " AND b.visibility <> 'internal'"
        )
    )
    told.likes = set(
        await house.ask(
            "SELECT a.uri, p.uri FROM reaction r JOIN actor a ON a.id = r.actor_id"
            " JOIN post p ON p.id = r.post_id"
        )
    )
    told.relations = {
        (row[0], row[1], row[2]): row[3]
        for row in await house.ask(
            "SELECT r.kind, s.uri, t.uri, r.state FROM relation r"
            " JOIN actor s ON s.id = r.source_id JOIN actor t ON t.id = r.target_id"
        )
    }
    told.local = {row[0] for row in await house.ask("SELECT uri FROM actor WHERE local = 1")}
    told.notifications = await house.ask(
        "SELECT n.kind, t.uri, b.uri, coalesce(p.uri, '') FROM notification n"
        " JOIN actor t ON t.id = n.recipient_id JOIN actor b ON b.id = n.by_id"
        " LEFT JOIN post p ON p.id = n.post_id"
    )
    return told


async def disagreements(world: Fediverse, past: Past) -> list[str]:
    """Return what one house says otherwise than another ought to have made it say."""
    houses = {house.host: await told_by(house) for house in world.houses}
    found: list[str] = []
    for home in houses.values():
        for other in houses.values():
            if home is not other:
                found += _posts(home, other, past)
                found += _relations(home, other)
                found += _deeds(home, other, past)
    return found


def host_of(uri: str) -> str:
    return urlsplit(uri).netloc


def _posts(home: Told, other: Told, past: Past) -> Iterator[str]:
    for uri, (_, content, visibility, edited, deleted, author) in home.posts.items():
        if author not in home.local:
            continue
        theirs = other.posts.get(uri)
        if visibility == "internal":
            if theirs is not None:
                yield f"{other.host} has the internal post {uri}"
            continue
        if other.host not in past.reached.get(uri, set()):
            continue
        steady = [
            source
            for kind, source, target in other.relations
            if (kind, target) == ("follow", author)
            and source in other.local
            and home.relations.get((kind, source, target)) == "accepted"
            and source in past.readers.get(uri, ())
            and frozenset({source, author}) not in past.strained
        ]
        if theirs is None:
            if steady and not deleted and visibility != "direct":
                yield f"{other.host} never got {uri} of {home.host}, which {steady} follow"
            continue
        if bool(theirs[4]) != bool(deleted):
            yield f"{other.host} says deleted={theirs[4]} of {uri}, {home.host} {deleted}"
        open_to_all = visibility in ("public", "unlisted")
        if not deleted and (steady or open_to_all) and not _strained(author, other, past):
            mine = (content, visibility, edited)
            if theirs[1:4] != mine:
                yield f"{other.host} has {theirs[1:4]} for {uri}, {home.host} has {mine}"


def _strained(uri: str, other: Told, past: Past) -> bool:
    return any(
        uri in pair and any(host_of(o) == other.host for o in pair) for pair in past.strained
    )


def _relations(home: Told, other: Told) -> Iterator[str]:
    """Both ends of a follow or block say the same of it."""
    for key in home.relations.keys() | other.relations.keys():
        kind, source, target = key
        between = {host_of(source), host_of(target)} == {home.host, other.host}
        if between and home.host < other.host:
            mine, theirs = home.relations.get(key), other.relations.get(key)
            if mine != theirs:
                yield f"{kind} {source} -> {target}: {home.host} {mine}, {other.host} {theirs}"


def _deeds(home: Told, other: Told, past: Past) -> Iterator[str]:
    """What ours did to their posts is known there, and what we took back is not."""
    for what, mine, theirs in (
        ("boost", home.boosts, other.boosts),
        ("like", home.likes, other.likes),
    ):
        for who, uri in mine | theirs:
            if who not in home.local or host_of(uri) != other.host:
                continue
            post = other.posts.get(uri)
            if post is None or post[4] or frozenset({who, post[5]}) in past.strained:
                continue
            if ((who, uri) in mine) != ((who, uri) in theirs):
                here, there = (who, uri) in mine, (who, uri) in theirs
                yield f"{what} of {uri} by {who}: {home.host} {here}, {other.host} {there}"
            kind = {"boost": "reblog", "like": "favourite"}[what]
            told = [n for n in other.notifications if n == (kind, post[5], who, uri)]
            if len(told) != int((who, uri) in theirs):
                yield f"{what} of {uri} by {who} was told {len(told)} times at {other.host}"
