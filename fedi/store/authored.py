"""What an account shows of posts: an author's own, or what was posted in a group.

Both walk an index by (author, id) or (group, post), and are filtered by who reads.
"""

from dataclasses import dataclass

from actors.audience import Viewer

from . import visibility
from .engine import Param, Tx
from .timelines import Row, Span, newest_first, unwanted


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAuthor:
    """Which of an author's (or a group's) posts: `tagged` is a folded hashtag, `linking` those
    that link to a page of which we have made a card."""

    pinned: bool = False
    linking: bool = False
    only_media: bool = False
    without_replies: bool = False
    without_boosts: bool = False
    without_direct: bool = False
    tagged: str = ""

    def condition(self, owner: str = "p.author_id") -> tuple[str, list[Param]]:
        """Return (SQL over post alias p, parameters); `owner` is who pins, in SQL."""
        parts: list[str] = []
        params: list[Param] = []
        if self.pinned:
            parts.append(
                f"EXISTS (SELECT 1 FROM pin n WHERE n.actor_id = {owner} AND n.post_id = p.id)"
            )
        if self.linking:
            parts.append("EXISTS (SELECT 1 FROM card_use k WHERE k.post_id = p.id)")
        if self.only_media:
            parts.append("p.media <> '[]' AND p.boost_of IS NULL")
        if self.without_replies:
            # An answer to oneself carries a thread on and is no reply to others (as Mastodon).
            parts.append(
                "(p.in_reply_to_uri = '' AND p.in_reply_to IS NULL OR EXISTS (SELECT 1 FROM post y"
                " WHERE y.id = p.in_reply_to AND y.author_id = p.author_id))"
            )
        if self.without_boosts:
            parts.append("p.boost_of IS NULL")
        if self.without_direct:
            parts.append("p.visibility <> 'direct'")
        if self.tagged:
            parts.append("EXISTS (SELECT 1 FROM hashtag t WHERE t.post_id = p.id AND t.name = ?)")
            params.append(self.tagged)
        return "".join(f" AND {part}" for part in parts), params


async def by_author(
    tx: Tx, viewer: Viewer, author_id: int, chosen: OfAuthor, span: Span
) -> list[Row]:
    """Return a page of one author's posts."""
    condition, seen = visibility.condition(viewer)
    where, params = chosen.condition()
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        "SELECT p.id, p.id FROM post p WHERE p.author_id = ? AND p.id > ? AND p.id < ?"
        f"{where} AND {condition} ORDER BY p.id {order} LIMIT ?",
        [author_id, span.above, span.below, *params, *seen, span.limit],
    )
    return newest_first(rows, span)


async def in_group(
    tx: Tx, viewer: Viewer, group_id: int, span: Span, chosen: OfAuthor | None = None
) -> list[Row]:
    """Return a page of what was posted in a group, of that what the viewer may see and wants."""
    condition, seen = visibility.condition(viewer)
    without, readers = unwanted(viewer)
    where, params = (chosen or OfAuthor()).condition("d.actor_id")
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        # CROSS JOIN: from the group's posts on, newest first.
        "SELECT p.id, p.id FROM addressee d CROSS JOIN post p WHERE d.actor_id = ?"
        " AND d.post_id > ? AND d.post_id < ? AND p.id = d.post_id AND p.visibility <> 'direct'"
        f"{where} AND {condition}{without} ORDER BY d.post_id {order} LIMIT ?",
        [group_id, span.above, span.below, *params, *seen, *readers, span.limit],
    )
    return newest_first(rows, span)
