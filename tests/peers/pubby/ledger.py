"""What the pubby peer was told and has done, beside pubby's own store.

pubby keeps followers and the interactions with its own posts; a timeline of other servers'
posts is the application's to keep, so it is kept here, written down after every change.
"""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pubby.audience import mentioned_actors


def id_of(thing: Any) -> str | None:
    """The id of an ActivityStreams value that is a URL or an object."""
    return thing.get("id") if isinstance(thing, dict) else thing


class Ledger:
    """Posts, likes, shares and follows as this server understands them."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lock = threading.RLock()
        self.seen: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.deliveries: list[dict[str, Any]] = []
        self.auto_accept = False
        self.me = ""
        self.fetch: Callable[[str], dict[str, Any]]
        kept = json.loads(file.read_text()) if file.exists() else {}
        self.posts: dict[str, dict[str, Any]] = kept.get("posts", {})
        self.likes: dict[str, dict[str, str]] = kept.get("likes", {})
        self.shares: dict[str, dict[str, str]] = kept.get("shares", {})
        self.following: dict[str, str] = kept.get("following", {})
        self.deeds: dict[str, dict[str, Any]] = kept.get("deeds", {})

    def keep(self) -> None:
        """Write everything down; replaced in one step, so never half a file."""
        with self.lock:
            names = ("posts", "likes", "shares", "following", "deeds")
            draft = self.file.with_suffix(".new")
            draft.write_text(json.dumps({name: getattr(self, name) for name in names}))
            draft.replace(self.file)

    def saw(self, raw: dict[str, Any], about: dict[str, Any]) -> None:
        """Note one verified arrival."""
        with self.lock:
            self.seen.append(
                {
                    "seq": len(self.seen) + 1,
                    "type": raw.get("type"),
                    "id": raw.get("id"),
                    "actor": id_of(raw.get("actor")),
                    "object": id_of(raw.get("object")),
                    **about,
                }
            )

    def answered(self, target: str, accepted: bool) -> None:
        """pubby matched an Accept or Reject to a Follow of ours."""
        with self.lock:
            if target in self.following:
                self.following[target] = "accepted" if accepted else "rejected"
            self.keep()

    def understand(self, raw: dict[str, Any]) -> None:
        """Apply a verified arrival to what we know of others' posts."""
        act = {
            "Create": self._wrote,
            "Update": self._wrote,
            "Delete": self._deleted,
            "Like": lambda raw: self._reacted(self.likes, raw),
            "Announce": lambda raw: self._reacted(self.shares, raw),
            "Undo": self._undone,
        }.get(raw.get("type", ""))
        if act is not None:
            shared = self._fetched(raw) if raw["type"] == "Announce" else None
            with self.lock:
                act(raw)
                if shared is not None:
                    self.posts.setdefault(shared["id"], shared)
                self.keep()

    def _fetched(self, raw: dict[str, Any]) -> dict[str, Any] | None:
        """The post that was shared, from its own server; asked for outside the lock."""
        post = id_of(raw.get("object"))
        if post is None or post in self.posts:
            return None
        return self._row(self.fetch(post), fetched=True)

    def _wrote(self, raw: dict[str, Any]) -> None:
        note = raw.get("object")
        if not isinstance(note, dict) or note.get("type") not in ("Note", "Question", "Article"):
            return
        if id_of(note.get("attributedTo")) != id_of(raw.get("actor")):
            return
        kept = self.posts.get(note["id"])
        if kept is None or not kept["deleted"]:
            edits = kept["edits"] + 1 if kept else 0
            self.posts[note["id"]] = self._row(note, edits=edits)

    @staticmethod
    def _row(note: dict[str, Any], **more: Any) -> dict[str, Any]:
        listed = {field: note.get(field) or [] for field in ("to", "cc")}
        return {
            "id": note["id"],
            "author": id_of(note.get("attributedTo")),
            "content": note.get("content", ""),
            "summary": note.get("summary"),
            "inReplyTo": id_of(note.get("inReplyTo")),
            "mentions": mentioned_actors(note),
            "published": note.get("published"),
            "updated": note.get("updated"),
            "local": False,
            "deleted": False,
            "edits": 0,
            **{k: [v] if isinstance(v, str) else v for k, v in listed.items()},
            **more,
        }

    def _deleted(self, raw: dict[str, Any]) -> None:
        row = self.posts.get(id_of(raw.get("object")) or "")
        if row is not None and row["author"] == id_of(raw.get("actor")):
            row["deleted"] = True

    def _reacted(self, table: dict[str, dict[str, str]], raw: dict[str, Any]) -> None:
        actor, post = id_of(raw.get("actor")), id_of(raw.get("object"))
        if actor and post:
            table.setdefault(post, {})[actor] = raw.get("id", "")

    def _undone(self, raw: dict[str, Any]) -> None:
        deed = raw.get("object")
        if not isinstance(deed, dict):
            return
        table = {"Like": self.likes, "Announce": self.shares}.get(deed.get("type", ""))
        post = id_of(deed.get("object"))
        if table is not None and post:
            table.get(post, {}).pop(id_of(raw.get("actor")) or "", None)
