"""Every local URL and its inverse. Law: parse(make(x)) = x.

Actor and post ids never contain a handle, so that a department can be renamed. Nothing outside
this file builds a URL of ours (a test looks for it).
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from actors import ids
from actors.handles import host_of, same_host

__all__ = ["ACTOR_PARTS", "POST_PARTS", "Local", "Urls", "host_of", "same_host"]

ACTOR_PARTS: Final = frozenset(
    {
        "inbox",
        "outbox",
        "followers",
        "following",
        "featured",
        "tags",
        "synchronization",
        "hosts",
        "moderators",
    }
)
POST_PARTS: Final = frozenset({"replies", "likes", "shares"})
_NUMBERED: Final = {
    "actors": ("actor", ACTOR_PARTS),
    "posts": ("post", POST_PARTS),
    "activities": ("activity", frozenset[str]()),
    "collections": ("collection", frozenset[str]()),
    "contexts": ("context", frozenset[str]()),
    "stamps": ("stamp", frozenset[str]()),
}
_FACE: Final = re.compile(r"([0-9]{1,19})-([0-9a-f]{10})\.png")


@dataclass(frozen=True, slots=True)
class Local:
    """What a URL of ours names: `kind` is actor, post, activity, collection, context, stamp,
    application, inbox, profile, tag, media or face; `part` the collection or key beneath it."""

    kind: str
    id: int = 0
    name: str = ""
    part: str = ""


class Urls:
    """The URLs of one house. `origin` is the base of all ids, `handle_domain` of all handles."""

    def __init__(self, origin: str, handle_domain: str) -> None:
        self.origin = origin.rstrip("/")
        self.handle_domain = handle_domain
        self.authority = urlsplit(self.origin).netloc
        self._prefix = self.origin + "/"

    # -- makers

    def application(self) -> str:
        return f"{self.origin}/actor"

    def actor(self, id: int, part: str = "") -> str:
        base = f"{self.origin}/actors/{ids.text(id)}"
        return f"{base}/{part}" if part else base

    @staticmethod
    def key(actor_uri: str, name: str) -> str:
        return f"{actor_uri}#{name}"

    def shared_inbox(self) -> str:
        return f"{self.origin}/inbox"

    def post(self, id: int, part: str = "") -> str:
        base = f"{self.origin}/posts/{ids.text(id)}"
        return f"{base}/{part}" if part else base

    def activity(self, id: int) -> str:
        return f"{self.origin}/activities/{ids.text(id)}"

    def context(self, id: int) -> str:
        return f"{self.origin}/contexts/{ids.text(id)}"

    def stamp(self, id: int) -> str:
        """Return the address of a QuoteAuthorization (FEP-044f)."""
        return f"{self.origin}/stamps/{ids.text(id)}"

    def profile(self, username: str) -> str:
        return f"{self.origin}/@{quote(username)}"

    def feed(self, username: str) -> str:
        return f"{self.origin}/@{quote(username)}/feed.atom"

    def collection(self, id: int) -> str:
        """Return the name of a collection of accounts; nothing answers there."""
        return f"{self.origin}/collections/{ids.text(id)}"

    def tagged(self, username: str, name: str) -> str:
        return f"{self.origin}/@{quote(username)}/tagged/{quote(name)}"

    def tag(self, name: str) -> str:
        return f"{self.origin}/tags/{quote(name)}"

    def media(self, name: str) -> str:
        return f"{self.origin}/media/{quote(name)}"

    def face(self, kind: str, id: int, mark: str) -> str:
        """Return the address of a generated picture; `kind` is avatars or headers."""
        return f"{self.origin}/{kind}/{ids.text(id)}-{mark}.png"

    def file(self, post_id: int, url: str) -> str:
        """Return the address under which servers that may see a post are sent a file of ours that
        it shows; of what is no file of ours `url` itself."""
        local = self.parse(url)
        if local is None or local.kind != "media":
            return url
        return f"{self.post(post_id)}/files/{quote(local.name)}"

    def proxied(self, seal: str, place: str) -> str:
        """Return the address under which another server's file is passed on."""
        return f"{self.origin}/proxy/{seal}/{place}"

    def page(self, path: str) -> str:
        """Return the address of a page that names no record: directory, about, a template."""
        return f"{self.origin}/{path.lstrip('/')}"

    def server(self, host: str) -> str:
        """Return what another server is named by in a list of servers: its address."""
        return f"{self.origin.partition('://')[0]}://{host}/"

    def acct(self, username: str) -> str:
        return f"acct:{username}@{self.handle_domain}"

    # -- the inverse

    def is_local(self, url: str) -> bool:
        """Return whether `url` lies under our origin (whatever it names)."""
        return url == self.origin or url.startswith(self._prefix)

    def parse(self, url: str) -> Local | None:
        """Return what a URL of ours names, or None for another's or an unknown one."""
        if not url.startswith(self._prefix):
            return None
        path, _, fragment = url[len(self._prefix) :].partition("#")
        if "?" in path:
            return None
        parts = path.split("/")
        if parts[0] in _NUMBERED:
            return _numbered(parts, fragment)
        return _named(parts, fragment)


def _numbered(parts: list[str], fragment: str) -> Local | None:
    kind, beneath = _NUMBERED[parts[0]]
    id = ids.parse(parts[1]) if len(parts) in (2, 3) else None
    if id is None or (len(parts) == 3 and parts[2] not in beneath):
        return None
    return Local(kind, id=id, part=parts[2] if len(parts) == 3 else fragment)


def _named(parts: list[str], fragment: str) -> Local | None:
    match parts:
        case ["actor"]:
            return Local("application", part=fragment)
        case ["actor", part] if part in ACTOR_PARTS:
            return Local("application", part=part)
        case ["inbox"]:
            return Local("inbox")
        case [name] if name.startswith("@") and len(name) > 1:
            return Local("profile", name=unquote(name[1:]))
        case [name, "feed.atom"] if name.startswith("@") and len(name) > 1:
            return Local("profile", name=unquote(name[1:]), part="feed.atom")
        case ["tags" | "media" as kind, name] if name:
            return Local(kind.removesuffix("s"), name=unquote(name))
        case ["avatars" | "headers" as kind, name]:
            return _face(kind, name)
    return None


def _face(kind: str, name: str) -> Local | None:
    match = _FACE.fullmatch(name)
    id = ids.parse(match[1]) if match is not None else None
    return None if match is None or id is None else Local("face", id=id, name=match[2], part=kind)
