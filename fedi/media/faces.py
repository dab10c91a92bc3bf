"""Pictures for whoever has chosen none: a colour of their own, and a shape for person or house.

Drawn here as PNG, since apps don't show SVG, so that every account has an avatar and a header. The
colour is made of the id; nothing else of the account is in it. A department's have the letters of
its name, in the colour it chose, for those who know the mark of that name (actors/faces.py).
"""

import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from actors import ids
from actors.errors import NotFound
from actors.faces import DRAWN, initials, mark
from actors.people import ActorKind
from fedi.media import letters
from fedi.net.answer import Receive, Scope, Send, respond
from fedi.net.dispatch import Dispatch
from fedi.store.departments import Drawn, drawn
from fedi.store.engine import Engine

SIDE: Final = 240
HEADER: Final = (900, 300)
_COLOURS: Final = (
    (27, 94, 138), (38, 110, 84), (122, 62, 110), (150, 74, 38), (84, 84, 140), (128, 48, 64),
    (70, 96, 48), (48, 100, 112),
)  # fmt: skip
_CACHE: Final = b"public, max-age=604800"
_PERSONS: Final = (ActorKind.PERSON, ActorKind.SERVICE)

Colour = tuple[int, int, int]


def _png(width: int, height: int, row: Callable[[int], bytes]) -> bytes:
    """Return an RGB picture, `row(y)` giving its 3 · width bytes (PNG, RFC 2083)."""
    raw = b"".join(b"\x00" + row(y) for y in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(raw, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def _person(x: int, y: int) -> bool:
    head = (x - 120) ** 2 + (y - 92) ** 2 <= 42**2
    shoulders = ((x - 120) / 78) ** 2 + ((y - 240) / 86) ** 2 <= 1
    return head or shoulders


def _house(x: int, y: int) -> bool:
    roof = 56 <= y <= 104 and abs(x - 120) <= (y - 56) * 1.6
    base = 186 <= y <= 200 and 44 <= x <= 196
    pillars = 112 <= y < 186 and any(start <= x <= start + 18 for start in (56, 94, 128, 166))
    return roof or base or pillars


def _light(colour: Colour) -> Colour:
    red, green, blue = colour
    return (red + 255 * 3) // 4, (green + 255 * 3) // 4, (blue + 255 * 3) // 4


@lru_cache(maxsize=32)
def avatar(colour: int, *, person: bool) -> bytes:
    """Return an avatar as PNG; `colour` counts from 0."""
    back = rgb_of(colour)
    front, inside = _light(back), _person if person else _house
    dark, light = bytes(back), bytes(front)

    def row(y: int) -> bytes:
        return b"".join(light if inside(x, y) else dark for x in range(SIDE))

    return _png(SIDE, SIDE, row)


@lru_cache(maxsize=64)
def header(colour: Colour) -> bytes:
    """Return a header as PNG: one colour, growing lighter to the foot."""
    width, height = HEADER
    end = _light(colour)

    def row(y: int) -> bytes:
        part = y / (height * 2)
        shade = bytes(round(a + (b - a) * part) for a, b in zip(colour, end, strict=True))
        return shade * width

    return _png(width, height, row)


@lru_cache(maxsize=512)
def lettered(text: str, colour: Colour) -> bytes:
    """Return an avatar with one or two letters as PNG."""
    return letters.draw(text, colour, SIDE)


def colour_of(id: int) -> int:
    """Return the colour of an actor, the same as on our pages."""
    return (id ^ id >> 16) % len(_COLOURS)


def rgb_of(colour: int) -> Colour:
    """Return a colour by its number."""
    return _COLOURS[colour % len(_COLOURS)]


class Faces:
    """GET /avatars/{name} and /headers/{name}: an id, perhaps a mark, and .png."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def avatar(self, scope: Scope, receive: Receive, send: Send) -> None:
        id, marked = _named(scope)
        found = await self._engine.glance(lambda tx: drawn(tx, id))
        known = found is not None and _knows(id, found, marked)
        text = initials(found.name) if found is not None and known else ""
        if found is not None and letters.drawable(text):
            await _picture(scope, send, lettered(text, _chosen(id, found)))
            return
        # An id that is nobody's has a face as well: a missing one would tell.
        person = found is None or found.kind in _PERSONS
        await _picture(scope, send, avatar(colour_of(id), person=person))

    async def header(self, scope: Scope, receive: Receive, send: Send) -> None:
        id, marked = _named(scope)
        colour = rgb_of(colour_of(id))
        if marked:
            found = await self._engine.glance(lambda tx: drawn(tx, id))
            if found is not None and _knows(id, found, marked):
                colour = _chosen(id, found)
        await _picture(scope, send, header(colour))

    async def icon(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET /icon.png and /thumbnail.png: the house itself."""
        await _picture(scope, send, avatar(0, person=False))


async def _picture(scope: Scope, send: Send, body: bytes) -> None:
    headers = [
        (b"cache-control", _CACHE),
        (b"access-control-allow-origin", b"*"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await respond(send, 200, b"image/png", b"" if scope["method"] == "HEAD" else body, headers)


def _named(scope: Scope) -> tuple[int, str]:
    """Return the id in the name of a picture, and the mark, "" where there is none."""
    name, dot, kind = scope["path_params"]["name"].rpartition(".")
    number, _, marked = name.partition("-")
    found = ids.parse(number) if dot and kind == "png" else None
    if found is None:
        raise NotFound("There is no such picture.")
    return found, marked


def _knows(id: int, found: Drawn, marked: str) -> bool:
    """Return whether an address has the mark of a department's name as it now is, or any where
    everybody may know the name."""
    if found.kind not in DRAWN or not marked:
        return False
    return found.open or marked == mark(id, found.name, found.color)


def _chosen(id: int, found: Drawn) -> Colour:
    if not found.color:
        return rgb_of(colour_of(id))
    red, green, blue = bytes.fromhex(found.color[1:])
    return red, green, blue


def open_faces(table: Dispatch, engine: Engine) -> None:
    """Register the pictures of those who chose none, and the house's own."""
    faces = Faces(engine)
    table.add("/avatars/{name}", faces.avatar)
    table.add("/headers/{name}", faces.header)
    table.add("/icon.png", faces.icon)
    table.add("/thumbnail.png", faces.icon)
