"""An author's leave to have what they say in a closed group read on servers of another kind.

Such a server is asked for no promise about who reads it there, so the author is told once for each
group, as with other cautions (decision 0019): who publishes once more lets it be read there, and
what was said before is not sent. Who is told is noted in fedi/publishing/consenting.py.
"""

from typing import Final

from actors.effects import Refusal
from actors.groups import Placed, Surroundings
from actors.people import Actor
from actors.ports import Store

CODE: Final = "stop_elsewhere"


def stop(placed: Placed | None, hosts: tuple[str, ...], *, meant: bool) -> Refusal | None:
    """Return the refusal of a post in a closed group that is read on these `hosts` as well, as its
    author was never told; what was `meant` long before goes, without being sent there."""
    if placed is None or not placed.for_members or not hosts or meant:
        return None
    named = ", ".join(hosts)
    return Refusal(
        CODE,
        f"What is said in this group is read on {named} as well. Publish once more if that is all"
        " right with you.",
        about=named,
    )


async def unasked(
    store: Store, author: Actor, touched: Surroundings, person: int | None
) -> tuple[str, ...]:
    """Return on which servers of another kind a group that a post of ours touches is read, if its
    author was never told. A group speaks for itself."""
    if not author.local or not touched.any or touched.itself is not None:
        return ()
    return await store.unasked(touched.ids, author.id, person)
