"""The pictures of a department that chose none: letters of its name on a colour of its own.

Their addresses are kept with the actor as any picture's would be, so that every reader shows them;
fedi/media/faces.py draws them when they are asked for. The mark in an address follows from name and
colour: a new name has a new address, which is how other servers learn that a picture has changed,
and who doesn't know the name is shown no letters of it.
"""

import hashlib
import unicodedata
from dataclasses import replace
from typing import Final

from actors.people import Actor, ActorKind, Image
from actors.urls import Urls

DRAWN: Final = frozenset({ActorKind.ORGANIZATION, ActorKind.GROUP})
_SMALL: Final = frozenset({
    "og", "for", "i", "av", "på", "til", "med", "ved", "om", "en", "ei", "et", "den", "det", "de",
    "ja", "ii", "the", "of", "and", "at", "a", "an",
})  # fmt: skip


def initials(name: str) -> str:
    """Return the one or two letters that stand for a name: of its first and last word of weight."""
    words = [word for word in _words(name) if word.casefold() not in _SMALL] or _words(name)
    letters = [unicodedata.normalize("NFC", word[0].upper())[0] for word in words]
    return "".join(letters if len(letters) < 2 else (letters[0], letters[-1]))


def _words(name: str) -> list[str]:
    spaced = "".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in name)
    return [word for word in spaced.split() if word[0].isalnum()]


def mark(id: int, name: str, color: str) -> str:
    """Return what tells one state of a generated picture from another: ten hexadecimal digits."""
    return hashlib.sha256(f"{id}|{name}|{color}".encode()).hexdigest()[:10]


def with_faces(actor: Actor, color: str, urls: Urls) -> Actor:
    """Return a department or group of ours with generated pictures wherever it has none that
    somebody chose; any other actor as it is."""
    if actor.kind not in DRAWN or not actor.local or actor.deleted is not None:
        return actor
    now = mark(actor.id, actor.name, color)
    icon, image = actor.icon, actor.image
    if icon is None or is_generated(icon, urls):
        icon = Image(urls.face("avatars", actor.id, now), "image/png")
    if image is None or is_generated(image, urls):
        image = Image(urls.face("headers", actor.id, now), "image/png")
    return replace(actor, icon=icon, image=image)


def is_generated(image: Image, urls: Urls) -> bool:
    """Return whether a picture is one that we draw."""
    local = urls.parse(image.url)
    return local is not None and local.kind == "face"
