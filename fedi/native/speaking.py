"""For which department one asks: the actor that a path names, where the asker's role lets them.

What belongs to a department may be asked with a token of the department or with the person's own,
by everyone whose role for it is enough. The role is read from the database at every request.
"""

from typing import Final

from actors.errors import Forbidden, NotFound
from actors.membership import Membership, Role, at_least
from actors.people import Actor, ActorKind
from fedi.mastodon.asking import Ask
from fedi.store import hydrating, roles
from fedi.store.engine import Tx

_ABSENT: Final = "There is no such department here."
_NEEDS: Final = {
    Role.READER: "You do not speak for this department.",
    Role.CONTRIBUTOR: "You may read for this department, and write nothing.",
    Role.AUTHOR: "You may write drafts for this department, and publish nothing.",
    Role.APPROVER: "Only those who approve for this department may do this.",
    Role.MANAGER: "Only those who manage this department may do this.",
}


async def speaking_for(ask: Ask, least: Role, *, name: str = "id") -> Actor:
    """Return the actor of ours that the path names under `name`, for whom the person has at least
    this role. NotFound where there is none, or the token is of another; Forbidden for too little
    of a role. A group that one has no role in is not there."""
    actor, role = await role_for(ask, ask.id(name))
    if actor is None or (role is None and actor.kind is ActorKind.GROUP):
        raise NotFound(_ABSENT)
    if ask.me.id not in (actor.id, ask.person.actor_id):
        raise NotFound(_ABSENT)
    if role is None:
        raise Forbidden(_NEEDS[Role.READER])
    if not at_least(role.role, least):
        raise Forbidden(_NEEDS[least])
    return actor


async def role_for(ask: Ask, actor_id: int) -> tuple[Actor | None, Membership | None]:
    """Return an actor of ours, and the strongest role that the person has for it now."""
    person, now = ask.person, ask.api.clock.now()

    async def look(tx: Tx) -> tuple[Actor | None, Membership | None]:
        actor = await hydrating.actor(tx, actor_id)
        if actor is None or not actor.local or actor.gone:
            return None, None
        return actor, await roles.effective(tx, person.id, actor_id, now)

    return await ask.api.engine.glance(look)
